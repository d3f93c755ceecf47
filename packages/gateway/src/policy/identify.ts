import { createHash, timingSafeEqual } from 'node:crypto';
import { GatewayError } from '../errors/error.ts';
import type { Secret } from '../kit/secret.ts';

/** Who is asking. Today only the holder of the master key; virtual keys will be further callers. */
export interface Caller {
  id: string;
}

export type Identify = (credential: string | undefined) => Caller;

/** @returns a check that compares in constant time and throws GatewayError `unauthenticated` otherwise */
export function identifyByMasterKey(masterKey: Secret): Identify {
  const expected = digest(masterKey.reveal());
  return (credential) => {
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
    return { id: 'master' };
  };
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
