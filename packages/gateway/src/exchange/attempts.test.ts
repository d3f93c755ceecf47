import { describe, expect, it } from 'vitest';
import { fakeClock } from '../../test/support/fake-clock.ts';
import { GatewayError, type Retry } from '../errors/error.ts';
import { seededRandom } from '../kit/random.ts';
import type { Deployment } from '../upstream/deployment.ts';
import { type AttemptOptions, attempts } from './attempts.ts';

const plan = (...ids: string[]) => ids.map((id) => ({ id }) as Deployment);
const failure = (retry: Retry, retryAfterMs?: number) =>
  new GatewayError('upstream-limited', 'slow down', { retry, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) });

async function scene(
  ids: string[],
  outcomes: (GatewayError | 'ok')[],
  options: Partial<Pick<AttemptOptions, 'retries' | 'retryPolicy' | 'deadlineAtMs'>> & {
    mayRetry?: boolean;
    /** Tries in which the backup is asked, too. */
    hedged?: number;
  } = {},
) {
  const clock = fakeClock();
  const tried: string[] = [];
  const began = clock.now();
  const done = attempts(
    {
      deployments: plan(...ids),
      retryPolicy: options.retryPolicy ?? {},
      deadlineAtMs: options.deadlineAtMs === undefined ? Number.MAX_SAFE_INTEGER : began + options.deadlineAtMs,
      retries: options.retries ?? 2,
      mayRetry: () => options.mayRetry ?? true,
      signal: new AbortController().signal,
      clock,
      random: seededRandom(1),
    },
    async ({ deployment, backup, tookBackup, fresh }) => {
      tried.push(fresh ? `${deployment.id} fresh` : deployment.id);
      if (backup !== undefined && tried.length <= (options.hedged ?? 0)) tookBackup();
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
      tried: ['a', 'b', 'a'],
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

  it('an operator’s word on a kind of failure counts for more than the number of retries', async () => {
    const limited = failure('same');
    expect((await scene(['a'], [limited, 'ok'], { retryPolicy: { 'rate-limit': 0 } })).tried).toEqual(['a']);
    expect((await scene(['a'], [limited, 'ok'], { retryPolicy: { timeout: 0 } })).tried).toEqual(['a', 'a']);
    expect((await scene(['a'], [limited, 'ok'], { retries: 0, retryPolicy: { 'rate-limit': 1 } })).tried).toEqual([
      'a',
      'a',
    ]);
    const others = (kind: GatewayError['kind']) => new GatewayError(kind, 'no', { retry: 'other' });
    const refused = others('upstream-refused-us');
    expect((await scene(['a'], [refused, 'ok'], { retryPolicy: { authentication: 1 } })).tried).toEqual(['a', 'a']);
    expect((await scene(['a'], [others('upstream-timeout'), 'ok'], { retryPolicy: { timeout: 1 } })).outcome).toBe(
      'ok',
    );
    expect((await scene(['a', 'b'], [refused, 'ok'], { retryPolicy: { authentication: 0 } })).tried).toEqual(['a']);
  });

  it('no pause outlasts the deadline: the upstream’s failure is told, at once', async () => {
    expect(await scene(['a'], [failure('same', 3_000), 'ok'], { deadlineAtMs: 2_000 })).toEqual({
      outcome: 'slow down',
      tried: ['a'],
    });
    expect((await scene(['a'], [failure('same', 1_000), 'ok'], { deadlineAtMs: 60_000 })).tried).toEqual(['a', 'a']);
  });

  it('of several limits the one is told that is over first', async () => {
    const limit = (message: string, ms: number) =>
      new GatewayError('upstream-limited', message, { retry: 'other', retryAfterMs: ms });
    const outcomes = [limit('one', 20_000), limit('two', 10_000), limit('three', 30_000)];
    expect((await scene(['a', 'b', 'c'], outcomes)).outcome).toBe('two');
    const other = new GatewayError('upstream-broken', 'broken', { retry: 'other' });
    expect((await scene(['a', 'b'], [limit('one', 1_000), other])).outcome).toBe('broken');
  });

  it('after a reset the next try has a connection of its own', async () => {
    const reset = new GatewayError('upstream-broken', 'cut', { retry: 'same', upstream: { code: 'ECONNRESET' } });
    expect((await scene(['a'], [reset, failure('same'), 'ok'])).tried).toEqual(['a', 'a fresh', 'a']);
  });

  it('a backup that was asked beside another is not asked again next', async () => {
    expect((await scene(['a', 'b', 'c'], [failure('same'), 'ok'], { hedged: 1 })).tried).toEqual(['a', 'c']);
  });
});
