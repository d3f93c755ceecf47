import fc from 'fast-check';
import { expect, it } from 'vitest';
import { StampReader } from './stamps.ts';

const STREAM =
  'data: {"delta":"@0000000000000001 "}\n\ndata: {"delta":"@0000000000000022 "}\n\ndata: {"delta":"@0000000000000333 "}\n\ndata: [DONE]\n\n';

it('finds each stamp once, however the stream is cut', () => {
  const bytes = Buffer.from(STREAM);
  fc.assert(
    fc.property(fc.array(fc.nat(bytes.length), { maxLength: 30 }), (cuts) => {
      const edges = [0, ...cuts.toSorted((left, right) => left - right), bytes.length];
      const reader = new StampReader();
      const stamps = edges.slice(1).flatMap((end, index) => reader.push(bytes.subarray(edges[index], end)));
      expect(stamps).toEqual([1, 22, 333]);
      expect(reader.terminated).toBe(true);
    }),
  );
});

it('knows a stream that was cut', () => {
  const reader = new StampReader();
  reader.push(Buffer.from(STREAM.slice(0, 60)));
  expect(reader.terminated).toBe(false);
});
