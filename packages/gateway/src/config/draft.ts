import type { Secret } from '../kit/secret.ts';
import type { ConfigNote, Place, Problem } from './problem.ts';
import type { DeploymentSettings, Settings } from './settings.ts';

/** What one source of configuration says: the parts of Settings it sets, and where it said so. */
export interface Draft {
  server?: Partial<Settings['server']>;
  masterKey?: Settings['masterKey'];
  /** The source leaves the master key to a variable that is not set: a problem unless another source has one. */
  masterKeyProblem?: Problem;
  aliases: Settings['aliases'];
  dropParams?: boolean;
  retries?: number;
  timeouts?: Partial<Settings['timeouts']>;
  routing?: Partial<Settings['routing']>;
  pacing?: Partial<Settings['pacing']>;
  limits?: Partial<Settings['limits']>;
  telemetry?: { openMetrics?: boolean; endpoint?: string; headers?: Record<string, Secret> };
  disabledMends?: string[];
  log?: Settings['log'];
  deployments: DraftDeployment[];
  /** A file that lists no model: none at all means the sandbox, as without a file. */
  modelsFromEnvironment?: true;
  /** Deployments that cannot work for want of a credential or an address. */
  incomplete: IncompleteDeployment[];
  notes: ConfigNote[];
  problems: Problem[];
  /** Origin of each setting that is said, by its path in Settings: `server.port` → `config.yaml:3:9`. */
  origins: Record<string, string>;
}

interface DraftDeployment {
  settings: DeploymentSettings;
  /** Where its address stands: shown when the address is wrong. */
  place?: Place;
  path: string;
}

interface IncompleteDeployment extends Problem {
  modelName: string;
}

export function emptyDraft(): Draft {
  return { aliases: {}, deployments: [], incomplete: [], notes: [], problems: [], origins: {} };
}

/** `config.yaml:3:9` */
export function originAt({ file, line, column }: Place): string {
  return `${file}:${line}:${column}`;
}
