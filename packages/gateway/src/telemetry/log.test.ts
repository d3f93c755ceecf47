import { expect, it } from 'vitest';
import { isoTimes } from './log.ts';

it('tells each moment in full, also when a second has passed, or the clock was set back', () => {
  const moments = [1_763_662_000_007, 1_763_662_000_070, 1_763_662_000_999, 1_763_662_001_000, 1_763_661_999_500, 7];
  const next = [...moments];
  const time = isoTimes(() => next.shift()!);
  expect(moments.map(time)).toEqual([
    ',"time":"2025-11-20T18:06:40.007Z"',
    ',"time":"2025-11-20T18:06:40.070Z"',
    ',"time":"2025-11-20T18:06:40.999Z"',
    ',"time":"2025-11-20T18:06:41.000Z"',
    ',"time":"2025-11-20T18:06:39.500Z"',
    ',"time":"1970-01-01T00:00:00.007Z"',
  ]);
});
