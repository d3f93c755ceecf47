import { expect, test } from 'vitest';
import { systemMemory } from '../../kit/memory.ts';
import { createMemoryPressure } from './memory-pressure.ts';

function setUp(maxResidentBytes?: number) {
  const state = { nowMs: 0, residentBytes: 0, heapShare: 0, samples: 0 };
  const pressure = createMemoryPressure({
    now: () => state.nowMs,
    memory: {
      residentBytes() {
        state.samples += 1;
        return state.residentBytes;
      },
      totalBytes: () => 1_000,
      heapShare: () => state.heapShare,
    },
    ...(maxResidentBytes === undefined ? {} : { maxResidentBytes: () => maxResidentBytes }),
  });
  /** The pressure a second later. */
  const at = (residentBytes: number, heapShare = 0): boolean => {
    Object.assign(state, { nowMs: state.nowMs + 1_000, residentBytes, heapShare });
    return pressure();
  };
  return { state, pressure, at };
}

test('memory is short at its mark, and until it is somewhat below', () => {
  const { at } = setUp(500);
  expect([499, 500, 480, 475, 474, 499].map((bytes) => at(bytes))).toEqual([false, true, true, true, false, false]);
});

test('without a mark, eight tenths of what there is', () => {
  const { at } = setUp();
  expect([799, 800].map((bytes) => at(bytes))).toEqual([false, true]);
});

test('a heap that is nearly full ends the process, however much memory there is', () => {
  const { at } = setUp();
  expect([0.89, 0.9, 0.86, 0.85].map((share) => at(10, share))).toEqual([false, true, true, false]);
});

test('it looks at most four times a second', () => {
  const { state, pressure } = setUp();
  for (let ms = 0; ms < 1_000; ms += 1) {
    state.nowMs = ms;
    pressure();
  }
  expect(state.samples).toBe(4);
});

test('this process is not short of memory', () => {
  expect(createMemoryPressure({ now: () => 0, memory: systemMemory })()).toBe(false);
});
