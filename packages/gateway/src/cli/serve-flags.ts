import type { ServerFlags } from '../config/server.ts';
import type { Settings } from '../config/settings.ts';

/** What `serve` is told, in our spelling and in LiteLLM's. */
export interface ServeFlags {
  config?: string;
  host?: string;
  port?: number;
  tlsKey?: string;
  tlsCert?: string;
  workers?: number;
  num_workers?: number;
  ssl_keyfile_path?: string;
  ssl_certfile_path?: string;
  logLevel?: Settings['log']['level'];
  debug?: true;
  detailed_debug?: true;
  json?: true;
}

/** Ours win. */
export function serverFlags(flags: ServeFlags): ServerFlags {
  const tlsKey = flags.tlsKey ?? flags.ssl_keyfile_path;
  const tlsCert = flags.tlsCert ?? flags.ssl_certfile_path;
  const workers = flags.workers ?? flags.num_workers;
  const logLevel = flags.logLevel ?? (flags.detailed_debug ? 'trace' : flags.debug ? 'debug' : undefined);
  return {
    ...(flags.host === undefined ? {} : { host: flags.host }),
    ...(flags.port === undefined ? {} : { port: flags.port }),
    ...(workers === undefined ? {} : { workers }),
    ...(tlsKey === undefined ? {} : { tlsKey }),
    ...(tlsCert === undefined ? {} : { tlsCert }),
    ...(logLevel === undefined ? {} : { logLevel }),
  };
}
