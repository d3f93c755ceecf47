import type { Environment } from './interpolate.ts';
import type { ConnectionFiles } from './snowflake/connection-files.ts';
import type { Locate } from './snowflake/credential.ts';

/** What a configuration refers to and does not hold itself. */
export interface Surroundings {
  environment: Environment;
  /** The connections of Snowflake's own clients. */
  files: ConnectionFiles;
  /** Makes the path of a secret's file absolute. */
  locate: Locate;
}
