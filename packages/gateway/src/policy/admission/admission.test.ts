import { expect, test } from 'vitest';
import { fakeClock } from '../../../test/support/fake-clock.ts';
import { GatewayError } from '../../errors/error.ts';
import { type AdmissionLimits, createAdmission } from './admission.ts';

const never = new AbortController().signal;
const LIMITS: AdmissionLimits = { running: 2, queued: 1, maxWaitMs: 5_000 };

function setUp(limits: AdmissionLimits = LIMITS) {
  const clock = fakeClock();
  const memory = { isShort: false };
  const admission = createAdmission({ clock, limits, pressure: () => memory.isShort });
  const enter = async (callerId = 'one') => await admission.enter(callerId, never);
  return { clock, memory, admission, enter };
}

async function refusalOf(act: () => Promise<unknown>): Promise<GatewayError> {
  const cause: unknown = await act().then(
    () => undefined,
    (error: unknown) => error,
  );
  if (cause instanceof GatewayError) return cause;
  throw new Error('it was not refused');
}

test('runs what has a place, lets some wait, and refuses the rest with 503 and a time', async () => {
  const { admission, enter, clock } = setUp();
  const first = admission.enter('one', never);
  expect(first).not.toBeInstanceOf(Promise);
  const second = await enter();
  const third = enter();
  const refusal = await refusalOf(enter);
  expect(refusal).toMatchObject({ kind: 'overloaded', status: 503, detail: { retryAfterMs: 2_000 } });
  expect(refusal.publicMessage).toBe('The gateway is full (requests running: 2, waiting: 1). Try again in a moment.');
  expect(admission.view()).toEqual({ running: 2, queued: 1, shed: 0, deployments: [] });
  await clock.advance(300);
  second.release();
  second.release();
  expect((await third).queuedMs).toBe(300);
  expect(admission.view()).toMatchObject({ running: 2, queued: 0 });
});

test('who waits too long is told so', async () => {
  const { enter, clock, admission } = setUp();
  await enter();
  await enter();
  const waiting = refusalOf(enter);
  await clock.advance(5_000);
  expect((await waiting).publicMessage).toBe(
    'The gateway is full (requests running: 2), and none of them ended within 5 s. Try again in a moment.',
  );
  expect(admission.view()).toMatchObject({ running: 2, queued: 0 });
});

test('a caller with too much running waits for its own, while others go by', async () => {
  const { enter, clock } = setUp({ running: 3, queued: 5, perCaller: 1, maxWaitMs: 5_000 });
  const own = await enter('greedy');
  const waiting = enter('greedy');
  const late = refusalOf(() => enter('greedy'));
  expect((await enter('other')).queuedMs).toBe(0);
  await clock.advance(1_000);
  own.release();
  expect((await waiting).queuedMs).toBe(1_000);
  await clock.advance(4_000);
  const refusal = await late;
  expect(refusal).toMatchObject({ kind: 'rate-limited', status: 429 });
  expect(refusal.publicMessage).toBe(
    'This key has as many requests running as it may (1), and none of them ended within 5 s. Try again when one of them has ended.',
  );
});

test('nothing new is taken while memory is short, and what runs goes on', async () => {
  const { admission, memory, enter } = setUp();
  const permit = await enter();
  memory.isShort = true;
  expect(await refusalOf(enter)).toMatchObject({
    kind: 'overloaded',
    status: 503,
    detail: { retryAfterMs: 5_000 },
  });
  expect(admission.view()).toMatchObject({ running: 1, shed: 1 });
  permit.release();
  memory.isShort = false;
  expect((await enter()).queuedMs).toBe(0);
});

test('deployments have bounds of their own, which may change', async () => {
  const { admission } = setUp();
  const enter = async (id: string, max: number) => await admission.enterDeployment(id, max, never, 'one');
  const permit = await enter('a', 1);
  await enter('b', 1);
  const waiting = enter('a', 1);
  const refusal = await refusalOf(() => enter('a', 1));
  expect(refusal).toMatchObject({ kind: 'overloaded', detail: { retry: 'other' } });
  expect(refusal.publicMessage).toBe(
    'The deployment of this model is full (requests running: 1, waiting: 1). Try again in a moment.',
  );
  expect(admission.view().deployments).toEqual([
    { id: 'a', running: 1, queued: 1 },
    { id: 'b', running: 1, queued: 0 },
  ]);
  const third = enter('a', 3);
  await expect(Promise.all([waiting, third])).resolves.toHaveLength(2);
  permit.release();
});

test('new limits let in who waits, and keep what runs', async () => {
  const { admission, enter } = setUp();
  await enter();
  await enter();
  const waiting = enter();
  admission.limit({ ...LIMITS, running: 3 });
  expect((await waiting).queuedMs).toBe(0);
  admission.limit({ ...LIMITS, running: 1 });
  expect(admission.view()).toMatchObject({ running: 3, queued: 0 });
});

test('at the end whoever waits is refused, and places can still be given back', async () => {
  const { admission, enter } = setUp({ running: 1, queued: 5, maxWaitMs: 5_000 });
  const permit = await enter();
  const waiting = [refusalOf(enter), refusalOf(enter)];
  admission.close();
  expect(await Promise.all(waiting)).toMatchObject([{ kind: 'shutting-down' }, { kind: 'shutting-down' }]);
  permit.release();
  expect(admission.view()).toMatchObject({ running: 0, queued: 0 });
});

test('the time to return grows with the line and the pace of late', async () => {
  const { enter, clock } = setUp({ running: 1, queued: 4, maxWaitMs: 3_600_000 });
  let permit = await enter();
  for (let count = 0; count < 30; count += 1) {
    await clock.advance(3_000);
    permit.release();
    permit = await enter();
  }
  for (let count = 0; count < 4; count += 1) enter().catch(() => undefined);
  const told = (await refusalOf(enter)).detail.retryAfterMs!;
  // Five turns of three seconds each, less what the average has not caught up with.
  expect(told).toBeGreaterThan(14_800);
  expect(told).toBeLessThanOrEqual(15_000);
});
