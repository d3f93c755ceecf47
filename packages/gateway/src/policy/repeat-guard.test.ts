import { expect, it } from 'vitest';
import { createRepeatGuard } from './repeat-guard.ts';

const body = Buffer.from('{"model":"a"}');

it('the same request may fail three times at its own pace, then waits longer each time', () => {
  const guard = createRepeatGuard(() => 0);
  const pauses = Array.from({ length: 9 }, () => {
    const pause = guard.pauseMs('me', body);
    guard.failed('me', body);
    return pause;
  });
  expect(pauses).toEqual([0, 0, 0, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000]);
});

it('another request, another caller, a success and a minute of peace all start anew', () => {
  let now = 0;
  const guard = createRepeatGuard(() => now);
  for (let count = 0; count < 5; count += 1) guard.failed('me', body);
  expect(guard.pauseMs('me', Buffer.from('{"model":"b"}'))).toBe(0);
  expect(guard.pauseMs('you', body)).toBe(0);
  expect(guard.pauseMs('me', body)).toBe(4_000);
  now = 60_000;
  expect(guard.pauseMs('me', body)).toBe(0);
  for (let count = 0; count < 5; count += 1) guard.failed('me', body);
  guard.succeeded('me', body);
  expect(guard.pauseMs('me', body)).toBe(0);
});

it('requests of one length are told apart', () => {
  const guard = createRepeatGuard(() => 0);
  const other = Buffer.from('{"model":"b"}');
  for (let count = 0; count < 4; count += 1) guard.failed('me', body);
  for (let count = 0; count < 3; count += 1) guard.failed('me', other);
  guard.succeeded('me', other);
  expect(guard.pauseMs('me', body)).toBe(2_000);
  expect(guard.pauseMs('me', other)).toBe(0);
});
