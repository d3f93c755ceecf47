import { createHash, type KeyObject, sign } from 'node:crypto';
import type { CredentialSettings } from '../../config/settings.ts';
import { GatewayError } from '../../errors/error.ts';
import { Secret } from '../../kit/secret.ts';
import { accountClaim } from './account-claim.ts';
import { publicKeyDer, readPrivateKey } from './private-key.ts';
import type { Lease } from './renewing-token.ts';

/** Snowflake lets a token live for an hour at most, whatever it says. */
const LIFE_SECONDS = 59 * 60;
/** A token dated a little back is not "issued in the future" where the clocks differ by seconds. */
const BACKDATED_SECONDS = 30;

export type KeyPair = Extract<CredentialSettings, { kind: 'snowflake-key-pair' }>;

/** Signs the tokens of one user. */
export class KeyPairSigner {
  readonly #credential: KeyPair;
  readonly #subject: string;
  #key: KeyObject;

  /**
   * @param address what the account is taken from when the credential does not name it
   * @throws GatewayError `invalid-request` for a key, a passphrase or an account that cannot work
   */
  constructor(credential: KeyPair, address: string) {
    this.#credential = credential;
    this.#subject = `${accountClaim(credential.account ?? address)}.${userClaim(credential.user)}`;
    this.#key = readPrivateKey(credential.privateKey, credential.passphrase);
  }

  /** @param nowMs by the clock that will judge the token */
  mint(nowMs: number): Lease {
    this.#readKeyAgain();
    const issuedAt = Math.floor(nowMs / 1000) - BACKDATED_SECONDS;
    const expiresAt = issuedAt + LIFE_SECONDS;
    const fingerprint = createHash('sha256').update(publicKeyDer(this.#key)).digest('base64');
    const claims = { iss: `${this.#subject}.SHA256:${fingerprint}`, sub: this.#subject, iat: issuedAt, exp: expiresAt };
    const signed = `${segment({ alg: 'RS256', typ: 'JWT' })}.${segment(claims)}`;
    const signature = sign('RSA-SHA256', Buffer.from(signed), this.#key).toString('base64url');
    return { token: `${signed}.${signature}`, expiresAtMs: expiresAt * 1000 };
  }

  /** Keys are rotated in their file. One that is being written just now is taken next time. */
  #readKeyAgain(): void {
    if (this.#credential.privateKey instanceof Secret) return;
    try {
      this.#key = readPrivateKey(this.#credential.privateKey, this.#credential.passphrase);
    } catch (cause) {
      if (!(cause instanceof GatewayError)) throw cause;
    }
  }
}

/** Snowflake keeps unquoted names in upper case; a quoted one is taken as it stands. */
function userClaim(user: string): string {
  const quoted = /^"(.+)"$/.exec(user.trim())?.[1];
  return quoted ?? user.trim().toUpperCase();
}

function segment(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
