import type { GatewayError } from '../../errors/error.ts';
import type { TokenSource, TokenSources } from './source.ts';

/** Which credentials gave no token, or one that was refused, a moment ago. */
export interface FailingTokens {
  /** The same sources, heard. */
  tokensFor: TokenSources;
  /** @param withinMs how long a failure is news */
  failed(source: TokenSource, withinMs: number): boolean;
}

/** Hears how credentials fare, for whoever has to know whether anything can be served. */
export function hearFailingTokens(tokensFor: TokenSources, now: () => number): FailingTokens {
  const heard = new WeakMap<TokenSource, TokenSource>();
  const failedAtMs = new WeakMap<TokenSource, number>();
  const listenTo = (source: TokenSource): TokenSource => {
    const listening: TokenSource = {
      async headersFor(origin, signal) {
        try {
          return await source.headersFor(origin, signal);
        } catch (cause) {
          if (signal?.aborted !== true) failedAtMs.set(listening, now());
          throw cause as GatewayError;
        }
      },
      invalidate(refused) {
        const willDiffer = source.invalidate(refused);
        if (!willDiffer) failedAtMs.set(listening, now());
        return willDiffer;
      },
      learnClock: (date) => source.learnClock(date),
    };
    return listening;
  };
  return {
    tokensFor(need) {
      const source = tokensFor(need);
      const known = heard.get(source) ?? listenTo(source);
      heard.set(source, known);
      return known;
    },
    failed: (source, withinMs) => now() - (failedAtMs.get(source) ?? -Infinity) < withinMs,
  };
}
