import { hash, timingSafeEqual } from 'node:crypto';
import { GatewayError } from '../errors/error.ts';
import type { Secret } from '../kit/secret.ts';

/** Who is asking. Today only the holder of the master key; virtual keys will be further callers. */
export interface Caller {
  id: string;
}

export type Identify = (credential: string | undefined) => Caller;

const MASTER: Caller = { id: 'master' };

/** @returns a check that compares in constant time and throws GatewayError `unauthenticated` otherwise */
export function identifyByMasterKey(masterKey: Secret): Identify {
  const expected = digest(masterKey.reveal());
  // The key itself, once it was sent: known again without hashing. A set looks for a hash of its own, with a seed that
  // no client knows, so how long it takes tells nothing of how much of a guess was right.
  const accepted = new Set<string>();
  return (credential) => {
    if (credential !== undefined && accepted.has(credential)) return MASTER;
    if (credential === undefined || credential === '') {
      throw new GatewayError(
        'unauthenticated',
        'No API key was sent. Send the gateway\'s key as "Authorization: Bearer <key>" or "x-api-key: <key>"; `couloir serve` prints where it comes from.',
      );
    }
    if (!timingSafeEqual(digest(credential), expected)) {
      throw new GatewayError(
        'unauthenticated',
        'This API key is not the key of this gateway. Use the value of COULOIR_MASTER_KEY (or LITELLM_MASTER_KEY, or general_settings.master_key), or the key printed at the first start.',
      );
    }
    accepted.add(credential);
    return MASTER;
  };
}

function digest(text: string): Buffer {
  return hash('sha256', text, 'buffer');
}
