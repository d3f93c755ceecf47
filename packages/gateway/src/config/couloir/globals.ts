import { Secret } from '../../kit/secret.ts';
import type { ConfigDocument, Path } from '../document.ts';
import type { Draft } from '../draft.ts';
import { originAt } from '../draft.ts';
import type { CouloirConfig } from './schema.ts';
import { readTimeouts } from './timeouts.ts';

/** The keys of `server` that are taken as they are, with what they are called in Settings. */
const SERVER_KEYS = [
  ['host', 'host'],
  ['port', 'port'],
  ['drain_delay', 'drainDelayMs'],
  ['drain_timeout', 'drainTimeoutMs'],
  ['workers', 'workers'],
  ['headers_timeout', 'headersTimeoutMs'],
  ['request_timeout', 'requestTimeoutMs'],
  ['keep_alive', 'keepAliveMs'],
  ['max_connections', 'maxConnections'],
] as const;

/** Everything but accounts and models, into the draft, with its origin. */
export function readGlobals(draft: Draft, document: ConfigDocument, config: CouloirConfig): void {
  const say = (setting: string, path: Path) => {
    draft.origins[setting] = originAt(document.placeOf(path));
  };
  const { server, timeouts } = config;
  if (server !== undefined) {
    draft.server = {};
    for (const [key, setting] of SERVER_KEYS) {
      const value = server[key];
      if (value === undefined) continue;
      Object.assign(draft.server, { [setting]: value });
      say(`server.${setting}`, ['server', key]);
    }
    if (server.tls !== undefined) {
      draft.server.tls = { keyFile: server.tls.key, certFile: server.tls.cert };
      say('server.tls', ['server', 'tls']);
    }
  }
  if (config.master_key !== undefined) {
    draft.masterKey = new Secret(config.master_key);
    say('masterKey', ['master_key']);
  }
  if (config.drop_params !== undefined) {
    draft.dropParams = config.drop_params;
    say('dropParams', ['drop_params']);
  }
  if (config.retries !== undefined) {
    draft.retries = config.retries;
    say('retries', ['retries']);
  }
  if (timeouts !== undefined) {
    draft.timeouts = readTimeouts(timeouts);
    for (const name of Object.keys(draft.timeouts)) say(`timeouts.${name}`, ['timeouts']);
  }
  if (config.mends !== undefined) {
    draft.disabledMends = config.mends.disable;
    say('disabledMends', ['mends', 'disable']);
  }
  if (config.log !== undefined) {
    draft.log = config.log;
    say('log.level', ['log', 'level']);
  }
  for (const [name, target] of Object.entries(config.aliases ?? {})) {
    draft.aliases[name] =
      typeof target === 'string'
        ? { model: target, hidden: false }
        : { model: target.model, hidden: target.hidden ?? false };
    say(`aliases.${name}`, ['aliases', name]);
  }
}
