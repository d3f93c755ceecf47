import { GatewayError } from '../../errors/error.ts';
import { type Credential, createCredential, type TokenNeed } from './credential.ts';
import { credentialKey } from './credential-key.ts';
import { ServerClock } from './server-clock.ts';
import type { TokenWorld } from './world.ts';

/** Where a deployment's credential turns into request headers. Asynchronous because some tokens are minted or fetched. */
export interface TokenSource {
  /**
   * The authentication headers for one request.
   *
   * @param origin Scheme, host and port the request goes to.
   * @throws GatewayError `internal` for any origin but the deployment's own: a token never travels elsewhere.
   * @throws GatewayError `upstream-refused-us` or `upstream-broken` when no token is to be had
   */
  headersFor(origin: string, signal?: AbortSignal): Promise<Record<string, string>>;
  /** The upstream refused these headers. @returns whether the next ones will be others */
  invalidate(refused: Record<string, string>): boolean;
  /** Takes the `Date` header of an answer: tokens are dated by the clock that judges them. */
  learnClock(date: string | string[] | undefined): void;
}

/** @throws GatewayError `invalid-request` when the credential cannot be one (empty, unreadable, wrong passphrase). */
export type TokenSources = (need: TokenNeed) => TokenSource;

/** Deployments with the same credential and host share one source: one login, one renewal, one refresh token in use. */
export function createTokenSources(world: TokenWorld): TokenSources {
  const sources = new Map<string, TokenSource>();
  const clocks = new Map<string, ServerClock>();
  return (need) => {
    const key = JSON.stringify([need.provider, need.origin, need.account ?? '', credentialKey(need.credential)]);
    const known = sources.get(key);
    if (known !== undefined) return known;
    const clock = clocks.get(need.origin) ?? new ServerClock(need.origin, world);
    clocks.set(need.origin, clock);
    const source = guarded(need.origin, createCredential(need, clock, world), clock);
    sources.set(key, source);
    return source;
  };
}

function guarded(own: string, credential: Credential, clock: ServerClock): TokenSource {
  return {
    headersFor(origin, signal) {
      if (origin === own) return credential.headers(signal);
      const because = `A token of ${own} was asked for a request to another host. The request was not sent.`;
      return Promise.reject(new GatewayError('internal', because));
    },
    invalidate: (refused) => credential.invalidate(refused),
    learnClock: (date) => clock.learn(date),
  };
}
