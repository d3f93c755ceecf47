import { systemClock } from '../../src/kit/clock.ts';
import { seededRandom } from '../../src/kit/random.ts';
import { createTokenSources, type TokenSources } from '../../src/upstream/tokens/source.ts';
import type { TokenWorld } from '../../src/upstream/tokens/world.ts';

/** Tokens for deployments that a test resolves and does not call. */
export function offlineTokens(world: Partial<TokenWorld> = {}): TokenSources {
  return createTokenSources({
    clock: systemClock,
    random: seededRandom('tokens'),
    transport: { call: () => Promise.reject(new Error('No network here.')), close: () => Promise.resolve() },
    warn: () => undefined,
    ...world,
  });
}
