import type { DeploymentSettings } from './settings.ts';

/** What configuration asks of the layer above it, which knows Cortex. `cli` brings the real one. */
export interface CortexKnowledge {
  /** The chat models to serve when no list is given, each with a name that Cursor sends untouched. */
  models: readonly { name: string; alias: string }[];
  isEmbedding(model: string): boolean;
  /** Reads the address and credential as a request would. @throws GatewayError that says what is wrong with them. */
  check(deployment: DeploymentSettings): void;
}
