import { expect, test } from 'vitest';
import type { SandboxReply } from '../surface.ts';
import { spoilDelivery } from './timing-faults.ts';

const reply: SandboxReply = {
  kind: 'stream',
  events: ['a', 'b', 'c', 'd'].map((data) => ({ data })),
  timing: { paceMs: 3, stallMs: 0 },
};

test.each([
  [
    { name: 'stall', value: 20, position: 0.9 },
    { paceMs: 3, stallMs: 20 },
  ],
  [
    { name: 'stall-midway', value: 20, position: 0.5 },
    { paceMs: 3, stallMs: 20, stallAt: 2 },
  ],
  [
    { name: 'pace', value: 7, position: 0.5 },
    { paceMs: 7, stallMs: 0 },
  ],
  [
    { name: 'cut', value: 1, position: 0.9 },
    { paceMs: 3, stallMs: 0, cutAfter: 1 },
  ],
  [
    { name: 'cut', position: 0.99 },
    { paceMs: 3, stallMs: 0, cutAfter: 3 },
  ],
  [
    { name: 'cut', position: 0 },
    { paceMs: 3, stallMs: 0, cutAfter: 0 },
  ],
] as const)('%j', (fault, timing) => {
  expect(spoilDelivery(reply, fault)).toEqual({ ...reply, timing });
});

test('what is no answer is left as it is', () => {
  const refusal: SandboxReply = { kind: 'json', status: 429, body: {} };
  expect(spoilDelivery(refusal, { name: 'cut', position: 0.5 })).toBe(refusal);
  expect(spoilDelivery({ kind: 'reset' }, { name: 'stall', position: 0.5 })).toEqual({ kind: 'reset' });
});
