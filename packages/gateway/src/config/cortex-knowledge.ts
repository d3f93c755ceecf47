import type { DeploymentSettings } from './settings.ts';

/** What configuration asks of the layer above it, which knows Cortex. `cli` brings the real one. */
export interface CortexKnowledge {
  /** The chat models to serve when no list is given, each with a name that Cursor sends untouched. */
  models: readonly { name: string; alias: string }[];
  /** The embedding models to serve beside them. */
  embeddings: readonly string[];
  isEmbedding(model: string): boolean;
  /**
   * Reads the address and credential as a request would.
   * @returns what will be wrong with them soon, or may be: whole sentences
   * @throws GatewayError that says what is wrong with them
   */
  check(deployment: DeploymentSettings): readonly string[];
}
