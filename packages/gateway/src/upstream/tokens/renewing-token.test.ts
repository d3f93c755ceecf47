import { setImmediate as settled } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { fakeClock } from '../../../test/support/fake-clock.ts';
import { type Lease, RenewingToken } from './renewing-token.ts';

/** Tokens `t1`, `t2`, … of a minute, each when the test lets it through. */
function slowEndpoint(lifeMs = 60_000) {
  const clock = fakeClock(0);
  const waiting: { resolve: (lease: Lease) => void; reject: (cause: Error) => void }[] = [];
  let asked = 0;
  const tokens = new RenewingToken({
    clock,
    obtain: () => {
      asked += 1;
      return new Promise<Lease>((resolve, reject) => waiting.push({ resolve, reject }));
    },
  });
  return {
    clock,
    tokens,
    asked: () => asked,
    give: () => waiting.shift()!.resolve({ token: `t${asked}`, expiresAtMs: clock.now() + lifeMs }),
    fail: () => waiting.shift()!.reject(new Error('the endpoint is down')),
  };
}

const is = (token: string) => (other: string) => other === token;

it('a hundred first requests share one token', async () => {
  const { tokens, asked, give } = slowEndpoint();
  const all = Promise.all(Array.from({ length: 100 }, () => tokens.get()));
  give();
  expect(new Set(await all)).toEqual(new Set(['t1']));
  expect(asked()).toBe(1);
});

it('renews in the background while the old token holds', async () => {
  const { tokens, asked, give, clock } = slowEndpoint();
  const first = tokens.get();
  give();
  await first;
  await clock.advance(44_000);
  expect(await tokens.get()).toBe('t1');
  expect(asked()).toBe(1);
  await clock.advance(2_000);
  const during = await Promise.all(Array.from({ length: 100 }, () => tokens.get()));
  expect(new Set(during)).toEqual(new Set(['t1']));
  expect(asked()).toBe(2);
  give();
  await settled();
  expect(await tokens.get()).toBe('t2');
});

it('a renewal that fails costs nobody anything until the token ends', async () => {
  const { tokens, asked, give, fail, clock } = slowEndpoint();
  const first = tokens.get();
  give();
  await first;
  await clock.advance(50_000);
  expect(await tokens.get()).toBe('t1');
  fail();
  await settled();
  expect(await tokens.get()).toBe('t1');
  expect(asked(), 'not again at once').toBe(2);
  await clock.advance(6_000);
  expect(await tokens.get()).toBe('t1');
  expect(asked()).toBe(3);
  fail();
  await settled();
  await clock.advance(10_000);
  const late = tokens.get();
  fail();
  await expect(late).rejects.toThrow('the endpoint is down');
});

it('a refused token is replaced once, however many were refused with it', async () => {
  const { tokens, asked, give } = slowEndpoint();
  const first = tokens.get();
  give();
  await first;
  expect(Array.from({ length: 100 }, () => tokens.invalidate(is('t1')))).toEqual(
    Array.from({ length: 100 }, () => true),
  );
  const all = Promise.all(Array.from({ length: 100 }, () => tokens.get()));
  give();
  expect(new Set(await all)).toEqual(new Set(['t2']));
  expect(asked()).toBe(2);
});

it('tokens that are refused one after the other are not asked for without end', async () => {
  const clock = fakeClock(0);
  let asked = 0;
  const tokens = new RenewingToken({
    clock,
    obtain: () => ({ token: `t${(asked += 1)}`, expiresAtMs: Number.POSITIVE_INFINITY }),
  });
  const refuseNext = async () => tokens.invalidate(is(await tokens.get()));
  const renewed: boolean[] = [];
  for (let round = 0; round < 8; round += 1) renewed.push(await refuseNext());
  expect(renewed).toEqual([true, true, true, true, true, true, false, false]);
  await clock.advance(60_000);
  expect(await refuseNext()).toBe(true);
});

it('a client that leaves while others wait takes nothing with it', async () => {
  const { tokens, give } = slowEndpoint();
  const gone = new AbortController();
  const leaver = tokens.get(gone.signal);
  const stayer = tokens.get();
  gone.abort(new Error('left'));
  await expect(leaver).rejects.toThrow('left');
  give();
  expect(await stayer).toBe('t1');
});
