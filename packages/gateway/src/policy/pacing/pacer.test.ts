import { expect, test } from 'vitest';
import { fakeClock } from '../../../test/support/fake-clock.ts';
import { GatewayError } from '../../errors/error.ts';
import { createPacer } from './pacer.ts';
import type { PacePermit, PaceRequest } from './paced-key.ts';

/** The beginning of a window, so that the arithmetic below is easy to follow. */
const START_MS = 1_700_000_040_000;
const never = new AbortController().signal;

function setUp(limits: PaceRequest['limits'], maxWaitMs = 5_000) {
  const clock = fakeClock(START_MS);
  const pacer = createPacer({ clock, maxWaitMs });
  const enter = (tokens: number, callerId = 'one', signal = never) =>
    pacer.enter({ key: 'account model', limits, callerId, tokens, signal });
  const enterNow = (tokens: number, callerId?: string): PacePermit => {
    const permit = enter(tokens, callerId);
    if (permit instanceof Promise) throw new Error('it was queued');
    return permit;
  };
  return { clock, pacer, enter, enterNow, refusal: (tokens: number) => errorOf(() => enter(tokens)) };
}

async function errorOf(act: () => unknown): Promise<GatewayError> {
  try {
    await act();
  } catch (cause) {
    if (cause instanceof GatewayError) return cause;
    throw cause;
  }
  throw new Error('nothing was thrown');
}

test('with room it is synchronous, and costs no wait', () => {
  const { enterNow, pacer } = setUp({ rpm: 2, tpm: 100 });
  expect(enterNow(50).queuedMs).toBe(0);
  expect(pacer.view()).toEqual([
    { key: 'account model', queued: 0, running: 1, requests: 1, tokens: 50, rpm: 2, tpm: 100, heldMs: 0 },
  ]);
});

test('what has to wait longer than the gateway does is refused at once, with the exact time, the limit and its source', async () => {
  const { enterNow, refusal, clock } = setUp({ rpm: 600, tpm: 1_000, configured: ['tpm'] });
  enterNow(1_000);
  const error = await refusal(100);
  expect(error.kind).toBe('upstream-limited');
  expect(error.status).toBe(429);
  expect(error.detail).toMatchObject({ retryAfterMs: 66_000, retry: 'other' });
  expect(error.publicMessage).toBe(
    'The limit of 1,000 tokens per minute for this model (configured as tpm) is used up. There will be room in 66 s, which is longer than the 5 s that the gateway waits: try again then, or set a higher tpm for the model if Snowflake allows the account more.',
  );
  await clock.advance(66_000);
  enterNow(100);
});

test('a short wait is waited', async () => {
  const { enter, enterNow, clock, pacer } = setUp({ tpm: 1_000 });
  enterNow(1_000);
  await clock.advance(64_000);
  const waiting = enter(100);
  expect(waiting).toBeInstanceOf(Promise);
  expect(pacer.view()).toMatchObject([{ queued: 1 }]);
  await clock.advance(2_000);
  expect((await waiting).queuedMs).toBe(2_000);
});

test('what was estimated too high is given back, and lets the next one in at once', async () => {
  const { enter, enterNow, clock } = setUp({ tpm: 1_000 }, 90_000);
  const permit = enterNow(1_000);
  const waiting = enter(300);
  await clock.advance(500);
  permit.settle(700);
  permit.settle(0);
  expect((await waiting).queuedMs).toBe(500);
});

test('what was estimated too low counts from when it is known', async () => {
  const { enterNow, pacer } = setUp({ tpm: 1_000 });
  enterNow(100).settle(900);
  expect(pacer.view()).toMatchObject([{ tokens: 900, running: 0 }]);
});

test('a request that is bigger than the whole window is let in when nothing else counts', async () => {
  const { enterNow, refusal, clock } = setUp({ tpm: 1_000 });
  enterNow(5_000);
  expect((await refusal(5_000)).detail.retryAfterMs).toBe(120_000);
  await clock.advance(120_000);
  enterNow(5_000);
});

test('after a 429 with a time, nothing is sent before it, and whoever cannot wait so long hears it at once', async () => {
  const { enter, enterNow, clock } = setUp({ rpm: 2 }, 90_000);
  enterNow(10);
  const permit = enterNow(10);
  const waiting = errorOf(() => enter(10));
  permit.limited(100_000);
  expect((await waiting).publicMessage).toBe(
    'The upstream asked not to be sent anything for this model at present. There will be room in 100 s, which is longer than the 90 s that the gateway waits: try again then.',
  );
  await clock.advance(20_000);
  const patient = enter(10);
  await clock.advance(80_000);
  expect((await patient).queuedMs).toBe(80_000);
});

test('429s without a time lower the limit, once for all that come together', async () => {
  const { enterNow, pacer, clock } = setUp({ rpm: 10 });
  const permits = Array.from({ length: 10 }, () => enterNow(0));
  await clock.advance(1);
  permits[0]!.settle();
  permits[1]!.limited(undefined);
  permits[2]!.limited(undefined);
  // Eight were let through, and the ones refused do not count.
  expect(pacer.view()).toMatchObject([{ rpm: 8, requests: 8 }]);
  await clock.advance(60_000);
  expect(pacer.view()).toMatchObject([{ rpm: 9 }]);
  const later = enterNow(0);
  later.limited(undefined);
  later.limited(undefined);
  expect(pacer.view()).toMatchObject([{ rpm: 7 }]);
});

test('without a known limit nothing is paced until a 429 has taught one', async () => {
  const { enterNow, refusal, pacer, clock } = setUp({});
  for (let count = 0; count < 50; count += 1) enterNow(1_000).settle();
  expect(pacer.view()).toEqual([
    { key: 'account model', queued: 0, running: 0, requests: 50, tokens: 50_000, heldMs: 0 },
  ]);
  const last = enterNow(1_000);
  await clock.advance(1);
  last.limited(undefined);
  expect(pacer.view()).toMatchObject([{ rpm: 50, tpm: 100_000 }]);
  const error = await refusal(1_000);
  expect(error.publicMessage).toMatch(/^The limit of 50 requests per minute for this model \(learned from its 429s\)/);
  await clock.advance(10 * 60_000);
  expect(pacer.view()).toMatchObject([{ queued: 0, heldMs: 0 }]);
  expect(pacer.view()[0]).not.toHaveProperty('rpm');
});

test('a client that leaves the queue is rejected with its reason, and the next one moves up', async () => {
  const { enter, enterNow, clock, pacer } = setUp({ tpm: 1_000 }, 10_000);
  enterNow(960);
  await clock.advance(60_000);
  const leaving = new AbortController();
  const big = enter(100, 'one', leaving.signal);
  const small = enter(50, 'one');
  const reason = new Error('the client left');
  leaving.abort(reason);
  await expect(big).rejects.toBe(reason);
  await clock.advance(700);
  expect((await small).queuedMs).toBe(625);
  expect(pacer.view()).toMatchObject([{ queued: 0 }]);
  expect(() => enter(1, 'one', leaving.signal)).toThrow(reason);
});

test('a full queue takes from the longest line, and refuses whoever has that', async () => {
  const clock = fakeClock(START_MS);
  const pacer = createPacer({ clock, maxWaitMs: 600_000, mostQueuedPerKey: 2 });
  const enter = (callerId: string) =>
    Promise.resolve(pacer.enter({ key: 'k', limits: { rpm: 1 }, callerId, tokens: 0, signal: never }));
  await enter('one');
  const first = enter('one');
  const second = errorOf(() => enter('one'));
  await expect(errorOf(async () => await enter('one'))).resolves.toMatchObject({ kind: 'upstream-limited' });
  const other = enter('other');
  expect((await second).publicMessage).toMatch(/2 requests are waiting for room already, and no more may/);
  pacer.close();
  await expect(first).rejects.toMatchObject({ kind: 'shutting-down' });
  await expect(other).rejects.toMatchObject({ kind: 'shutting-down' });
});

test('so many may wait for all keys together, and who has left counts no more', async () => {
  const clock = fakeClock(START_MS);
  const pacer = createPacer({ clock, maxWaitMs: 600_000, mostQueued: 1 });
  const enter = async (key: string, signal = never) =>
    await pacer.enter({ key, limits: { rpm: 1 }, callerId: 'one', tokens: 0, signal });
  await enter('a');
  await enter('b');
  const leaving = new AbortController();
  const first = errorOf(() => enter('a', leaving.signal)).catch((reason: unknown) => reason);
  await expect(errorOf(() => enter('b'))).resolves.toMatchObject({ kind: 'upstream-limited' });
  leaving.abort('left');
  expect(await first).toBe('left');
  const second = enter('b');
  await clock.advance(60_000);
  await expect(errorOf(() => enter('a'))).resolves.toMatchObject({ kind: 'upstream-limited' });
  await clock.advance(60_000);
  expect((await second).queuedMs).toBe(120_000);
  pacer.limit({ maxWaitMs: 1_000 });
  expect((await errorOf(() => enter('b'))).publicMessage).toMatch(/longer than the 1 s that the gateway waits/);
});

test('keys that nobody uses any more are forgotten', async () => {
  const { enterNow, pacer, clock } = setUp({ rpm: 5 });
  const permit = enterNow(1);
  await clock.advance(30 * 60_000);
  expect(pacer.view()).toHaveLength(1);
  permit.settle();
  await clock.advance(60_000);
  expect(pacer.view()).toEqual([]);
});
