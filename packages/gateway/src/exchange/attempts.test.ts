import { describe, expect, it } from 'vitest';
import { fakeClock } from '../../test/support/fake-clock.ts';
import { GatewayError, type Retry } from '../errors/error.ts';
import { seededRandom } from '../kit/random.ts';
import type { Deployment } from '../upstream/deployment.ts';
import { attempts } from './attempts.ts';

const plan = (...ids: string[]) => ids.map((id) => ({ id }) as Deployment);
const failure = (retry: Retry, retryAfterMs?: number) =>
  new GatewayError('upstream-limited', 'slow down', { retry, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) });

async function scene(
  ids: string[],
  outcomes: (GatewayError | 'ok')[],
  options: { retries?: number; mayRetry?: boolean } = {},
) {
  const clock = fakeClock();
  const tried: string[] = [];
  const done = attempts(
    {
      plan: plan(...ids),
      retries: options.retries ?? 2,
      mayRetry: () => options.mayRetry ?? true,
      signal: new AbortController().signal,
      clock,
      random: seededRandom(1),
    },
    async (deployment) => {
      tried.push(deployment.id);
      const outcome = outcomes[tried.length - 1]!;
      if (outcome !== 'ok') throw outcome;
    },
  ).then(
    () => 'ok',
    (error: unknown) => (error as GatewayError).publicMessage,
  );
  for (let turn = 0; turn < 10; turn += 1) await clock.advance(10_000);
  return { outcome: await done, tried };
}

describe('attempts', () => {
  it('another deployment is tried before the same one again', async () => {
    expect(await scene(['a', 'b'], [failure('same'), failure('same'), 'ok'])).toEqual({
      outcome: 'ok',
      tried: ['a', 'b', 'b'],
    });
  });

  it('what only another deployment could mend is not repeated on the same one', async () => {
    expect(await scene(['a'], [failure('other'), 'ok'])).toEqual({ outcome: 'slow down', tried: ['a'] });
    expect(await scene(['a', 'b'], [failure('other'), 'ok'])).toEqual({ outcome: 'ok', tried: ['a', 'b'] });
  });

  it('stops after the configured number of retries', async () => {
    expect(await scene(['a'], [failure('same'), failure('same'), failure('same'), 'ok'])).toEqual({
      outcome: 'slow down',
      tried: ['a', 'a', 'a'],
    });
  });

  it('never retries what no retry can mend, nor once content was sent', async () => {
    expect((await scene(['a', 'b'], [failure('never'), 'ok'])).tried).toEqual(['a']);
    expect((await scene(['a', 'b'], [failure('same'), 'ok'], { mayRetry: false })).tried).toEqual(['a']);
  });

  it('gives the error to the client when the upstream asks for a long pause', async () => {
    expect(await scene(['a'], [failure('same', 60_000), 'ok'])).toEqual({ outcome: 'slow down', tried: ['a'] });
  });
});
