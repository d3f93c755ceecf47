import type { DeploymentSettings } from '../settings.ts';

/** A Snowflake account to send requests to, how to sign in there, and as what. */
export type SnowflakeConnection = Pick<DeploymentSettings, 'base' | 'credential' | 'role' | 'warehouse'>;
