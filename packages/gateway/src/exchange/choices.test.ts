import { describe, expect, it } from 'vitest';
import { JoinedStreams, joinCompletions } from './choices.ts';
import type { StreamPiece } from './stream-out.ts';

const usage = (input: number, cached: number) => ({
  prompt_tokens: input,
  completion_tokens: 1,
  total_tokens: input + 1,
  prompt_tokens_details: { cached_tokens: cached },
});

it('completions become one: choices renumbered, usage summed at every depth, the rest from the first', () => {
  const completion = (text: string, created: number) => ({
    id: 'c',
    created,
    choices: [{ index: 0, message: { content: text } }],
    usage: usage(10, 4),
  });
  expect(joinCompletions([completion('a', 5), completion('b', 6)])).toEqual({
    id: 'c',
    created: 5,
    choices: [
      { index: 0, message: { content: 'a' } },
      { index: 1, message: { content: 'b' } },
    ],
    usage: { prompt_tokens: 20, completion_tokens: 2, total_tokens: 22, prompt_tokens_details: { cached_tokens: 8 } },
  });
});

describe('joined streams', () => {
  it('hold usage and [DONE] back until every stream has ended', () => {
    const wire: StreamPiece[] = [];
    const out = { failed: false, send: (pieces: StreamPiece[]) => void wire.push(...pieces) };
    const joined = new JoinedStreams(out, 2);
    const { signal } = new AbortController();
    const chunk = { data: JSON.stringify({ id: 'c', created: 1, choices: [], usage: usage(10, 4) }) };
    void joined.send([{ data: '{"choices":[{"index":0}]}' }, chunk, { data: '[DONE]' }], signal);
    void joined.send([{ data: '{"choices":[{"index":1}]}' }], signal);
    void joined.send([chunk], signal);
    void joined.send([{ data: '[DONE]' }], signal);
    expect(wire.map((piece) => (piece as { data: string }).data)).toEqual([
      '{"choices":[{"index":0}]}',
      '{"choices":[{"index":1}]}',
      JSON.stringify({
        id: 'c',
        created: 1,
        choices: [],
        usage: {
          prompt_tokens: 20,
          completion_tokens: 2,
          total_tokens: 22,
          prompt_tokens_details: { cached_tokens: 8 },
        },
      }),
      '[DONE]',
    ]);
  });

  it('say nothing more once one of them has failed', () => {
    const wire: StreamPiece[] = [];
    const out = { failed: false, send: (pieces: StreamPiece[]) => void wire.push(...pieces) };
    const joined = new JoinedStreams(out, 2);
    const { signal } = new AbortController();
    void joined.send([{ data: '{"choices":[{"index":0}]}' }], signal);
    void joined.send([{ data: '{"error":{"message":"cut"}}' }, { data: '[DONE]' }], signal);
    void joined.send([{ data: '{"choices":[{"index":0}]}' }, { data: '[DONE]' }], signal);
    expect(wire.map((piece) => (piece as { data: string }).data)).toEqual([
      '{"choices":[{"index":0}]}',
      '{"error":{"message":"cut"}}',
    ]);
    expect(out.failed).toBe(true);
  });
});
