import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatSse, sseReader } from './sse.ts';

const STREAM = Buffer.from(
  ': hello\r\ndata: {"a":"ü–😀"}\r\n\r\nevent: error\ndata: {"b":1}\n\ndata: one\ndata: two\n\nid: 4\ndata:[DONE]\n\n',
);
const EVENTS = [
  { data: '{"a":"ü–😀"}' },
  { event: 'error', data: '{"b":1}' },
  { data: 'one\ntwo' },
  { data: '[DONE]' },
];

describe('sseReader', () => {
  it('gives the same events for any split of the bytes, inside characters and line ends too', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(STREAM.length), { maxLength: 12 }), (cuts) => {
        const reader = sseReader();
        const edges = [0, ...cuts.sort((a, b) => a - b), STREAM.length];
        const events = edges.slice(1).flatMap((edge, index) => reader.push(STREAM.subarray(edges[index], edge)));
        expect([...events, ...reader.end()]).toEqual(EVENTS);
      }),
      { numRuns: 500 },
    );
  });

  it('discards a last event that was cut before its blank line', () => {
    const reader = sseReader();
    expect([...reader.push(Buffer.from('data: whole\n\ndata: {"cu')), ...reader.end()]).toEqual([{ data: 'whole' }]);
  });

  it('reads what formatSse writes', () => {
    const reader = sseReader();
    const events = [{ data: '{"x":1}' }, { event: 'message_stop', data: '{}' }];
    expect(reader.push(Buffer.from(events.map(formatSse).join('')))).toEqual(events);
  });
});
