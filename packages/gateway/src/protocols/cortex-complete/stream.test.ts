import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StreamEvent } from '../../ir/event.ts';
import { fold } from '../../ir/fold.ts';
import { checkGrammar } from '../../ir/grammar.ts';
import { compose } from '../../ir/transducer.ts';
import { sseReader } from '../../kit/sse.ts';
import type { ReaderOptions } from '../codec.ts';
import { completeReader } from './stream.ts';

/** Bytes as they came, in pieces of any size. */
function read(text: string, options: ReaderOptions = {}, cuts: number[] = []): StreamEvent[] {
  const bytes = new TextEncoder().encode(text);
  const places = [...new Set([0, ...cuts.map((cut) => cut % bytes.length), bytes.length])].toSorted((a, b) => a - b);
  const reader = compose(sseReader(), completeReader(options));
  const pieces = places.slice(1).map((end, index) => bytes.subarray(places[index], end));
  return [...pieces.flatMap((piece) => reader.push(piece)), ...reader.end()];
}

const sse = (...chunks: object[]) => chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join('');
const delta = (value: object, usage: object = {}) => ({
  id: 'r-1',
  model: 'claude-sonnet-5',
  choices: [{ delta: value }],
  usage,
});
const USAGE = { prompt_tokens: 390, completion_tokens: 53, total_tokens: 443 };

/** Snowflake docs, Cortex LLM REST API, 2025: Claude with a tool; usage is empty until the last chunk. */
const DOCUMENTED_TOOL_CALL = sse(
  delta({ content: 'I', content_list: [{ text: 'I', type: 'text' }] }),
  delta({ content: '’ll look.', content_list: [{ text: '’ll look.', type: 'text' }] }),
  delta({ content_list: [{ name: 'get_weather', tool_use_id: 'tooluse_Iwuh-FEeTC-Iefsxu2ueKQ' }] }),
  delta({ content_list: [{ input: '{"location"' }] }),
  delta({ content_list: [{ input: ': "San Francisco, CA"}' }] }),
  delta({}, USAGE),
);

/** snowflake-ml-python complete_test.py, real request of 2024-12-05: every chunk counts. */
const RECORDED_TEXT = sse(
  {
    id: '6e577fa0',
    created: 1733417829,
    model: 'mistral-large',
    choices: [{ delta: { content: ' Sure' } }],
    usage: { prompt_tokens: 14, completion_tokens: 1, total_tokens: 15 },
  },
  {
    id: '6e577fa0',
    created: 1733417829,
    model: 'mistral-large',
    choices: [{ delta: { content: ', here' } }],
    usage: { prompt_tokens: 14, completion_tokens: 3, total_tokens: 17 },
  },
);

/** tidyverse/ellmer and CARTO’s LiteLLM fork: a type on the delta, the same words in three places. */
const FLAT_TOOL_CALLS = sse(
  delta(
    { type: 'text', content: 'Both', content_list: [{ type: 'text', text: 'Both' }], text: 'Both' },
    { prompt_tokens: 9, completion_tokens: 1, total_tokens: 10 },
  ),
  delta({
    type: 'tool_use',
    tool_use_id: 'toolu_1',
    name: 'look',
    content_list: [{ type: 'tool_use', tool_use_id: 'toolu_1', name: 'look' }],
    text: '',
  }),
  delta({ type: 'tool_use', input: '{"at":', content_list: [{ type: 'tool_use', input: '{"at":' }], text: '' }),
  delta({ type: 'tool_use', input: '1}', content_list: [{ type: 'tool_use', input: '1}' }], text: '' }),
  delta({ type: 'tool_use', tool_use_id: 'toolu_2', name: 'stop', input: '' }),
  delta({ type: 'tool_use', input: '' }),
  delta({ type: 'text', text: '' }, { prompt_tokens: 9, completion_tokens: 7, total_tokens: 16 }),
);

/** posit-dev/chatlas #431, 2026-09: thought and signature in fragments of their own. */
const THINKING = sse(
  delta({ type: 'anthropic', thinking: { thinking: 'Let me ' } }),
  delta({ type: 'anthropic', thinking: { thinking: 'see.' } }),
  delta({ type: 'anthropic', thinking: { signature: 'EvAB' } }),
  delta({ type: 'anthropic', thinking: { signature: 'CmcI' } }),
  delta({ type: 'text', content: 'Yes', text: 'Yes' }, USAGE),
);

describe('what the forms of the stream say', () => {
  it('the content_list form: text counted once, a call from its fragments, usage at the end', () => {
    const answer = fold(read(DOCUMENTED_TOOL_CALL));
    expect(answer).toMatchObject({ id: 'r-1', model: 'claude-sonnet-5', stop: { reason: 'tool-calls' } });
    expect(answer.parts).toEqual([
      { kind: 'text', text: 'I’ll look.' },
      {
        kind: 'tool-call',
        id: 'tooluse_Iwuh-FEeTC-Iefsxu2ueKQ',
        name: 'get_weather',
        args: '{"location": "San Francisco, CA"}',
      },
    ]);
    expect(answer.usage).toEqual({ input: 390, output: 53, raw: [USAGE] });
  });

  it('cumulative usage is the last one, not the sum', () => {
    const answer = fold(read(RECORDED_TEXT));
    expect(answer.parts).toEqual([{ kind: 'text', text: ' Sure, here' }]);
    expect(answer.usage).toMatchObject({ input: 14, output: 3 });
    expect(answer.stop).toEqual({ reason: 'end' });
  });

  it('the flat form: one call per id, and "{}" for a call that says nothing', () => {
    const answer = fold(read(FLAT_TOOL_CALLS));
    expect(answer.parts).toEqual([
      { kind: 'text', text: 'Both' },
      { kind: 'tool-call', id: 'toolu_1', name: 'look', args: '{"at":1}' },
      { kind: 'tool-call', id: 'toolu_2', name: 'stop', args: '{}' },
    ]);
  });

  it('a thought with its signature joined', () => {
    expect(fold(read(THINKING)).parts).toEqual([
      { kind: 'thinking', text: 'Let me see.', seal: { issuer: 'anthropic', form: 'signature', data: 'EvABCmcI' } },
      { kind: 'text', text: 'Yes' },
    ]);
  });

  it('OpenAI’s reasoning, sealed', () => {
    const text = sse(
      delta({ type: 'openai', reasoning: { summary: 'Adding.' } }),
      delta({ type: 'openai', reasoning: { encrypted_content: 'gAAA' } }),
      delta({ type: 'text', content: '4' }, USAGE),
    );
    expect(fold(read(text)).parts[0]).toEqual({
      kind: 'thinking',
      text: 'Adding.',
      seal: { issuer: 'openai', form: 'encrypted', data: 'gAAA' },
    });
  });

  it('JSON that is spread over many data lines', () => {
    const pretty = JSON.stringify(delta({ content: 'two\nlines' }, USAGE), null, 2).replaceAll('\n', '\ndata: ');
    expect(fold(read(`data: ${pretty}\n\n`)).parts).toEqual([{ kind: 'text', text: 'two\nlines' }]);
  });

  it('names of tools as the client knows them', () => {
    const text = sse(delta({ type: 'tool_use', tool_use_id: 't', name: 'mcp_x', input: '{}' }, USAGE));
    const answer = fold(read(text, { toolNames: new Map([['mcp_x', 'mcp/x']]) }));
    expect(answer.parts[0]).toMatchObject({ name: 'mcp/x' });
  });
});

describe('how the answer ended', () => {
  it('at its limit, when as many tokens were written as were allowed', () => {
    expect(fold(read(RECORDED_TEXT, { outputLimit: 3 })).stop).toEqual({ reason: 'length' });
    expect(fold(read(RECORDED_TEXT, { outputLimit: 4 })).stop).toEqual({ reason: 'end' });
  });

  it('as Snowflake says, should it ever say so', () => {
    const filtered = sse({
      ...delta({ content: 'Response filtered by Cortex Guard' }, USAGE),
      finish_reason: 'content_filter',
    });
    expect(fold(read(filtered)).stop).toEqual({ reason: 'filtered', raw: 'content_filter' });
  });

  it('at a stop sequence that the endpoint does not know, wherever the stream cuts it', () => {
    const text = sse(delta({ content: 'one two th' }), delta({ content: 'ree four' }), delta({}, USAGE));
    const answer = fold(read(text, { stopSequences: [' three'] }));
    expect(answer.parts).toEqual([{ kind: 'text', text: 'one two' }]);
    expect(answer.stop).toEqual({ reason: 'stop-sequence', sequence: ' three' });
    expect(answer.usage).toMatchObject({ output: 53 });
  });

  it('a [DONE] is an end too', () => {
    expect(fold(read(`${DOCUMENTED_TOOL_CALL}data: [DONE]\n\n`)).stop).toEqual({ reason: 'tool-calls' });
  });
});

describe('what is no answer', () => {
  const failing = (text: string, options?: ReaderOptions) => fold(read(text, options)).error;

  it('a stream without usage was cut', () => {
    expect(failing(sse(delta({ content: 'Half' })))).toMatchObject({ kind: 'upstream-broken' });
    expect(failing('')).toMatchObject({ kind: 'upstream-broken' });
  });

  it('so was one that ends inside a call, unless the limit did it', () => {
    const cut = sse(delta({ type: 'tool_use', tool_use_id: 't', name: 'look', input: '{"at":' }, USAGE));
    expect(failing(cut)).toMatchObject({ kind: 'upstream-broken' });
    expect(fold(read(cut, { outputLimit: 53 })).stop).toEqual({ reason: 'length' });
  });

  it.each([
    [
      'an event named error',
      'event: error\ndata: {"message":"json mode output validation error"}\n\n',
      'json mode output validation error',
    ],
    [
      'an error in the data',
      sse({ error: { message: 'Something went wrong during generation', code: '500' } }),
      'Something went wrong during generation',
    ],
    [
      'Snowflake’s envelope',
      sse({ code: '390112', message: 'Your session has expired.', request_id: 'r' }),
      'Your session has expired.',
    ],
  ])('%s keeps what Snowflake said', (_what, event, message) => {
    const text = sse(delta({ content: 'Half' }, USAGE)) + event + sse(delta({ content: 'more' }));
    const events = read(text);
    expect(checkGrammar(events)).toBeUndefined();
    expect(fold(events).error?.detail.upstream).toMatchObject({ message });
    expect(events.filter(({ type }) => type === 'usage')).toHaveLength(1);
  });

  it('arguments of no call, and a call without a name', () => {
    expect(failing(sse(delta({ content_list: [{ input: '{"a":1}' }] }, USAGE)))).toMatchObject({
      kind: 'upstream-broken',
    });
    expect(failing(sse(delta({ type: 'tool_use', tool_use_id: 't', input: '{}' }, USAGE)))).toMatchObject({
      kind: 'upstream-broken',
    });
    expect(failing('data: {"choices":[\n\n')).toMatchObject({ kind: 'upstream-broken' });
  });
});

describe('whatever the network does', () => {
  const streams = [DOCUMENTED_TOOL_CALL, RECORDED_TEXT, FLAT_TOOL_CALLS, THINKING];

  it('any split of the bytes says the same', () => {
    fc.assert(
      fc.property(fc.constantFrom(...streams), fc.array(fc.nat(), { maxLength: 12 }), (text, cuts) => {
        expect(read(text, {}, cuts)).toEqual(read(text));
      }),
    );
  });

  it('any cut leaves a legal answer or a legal error', () => {
    fc.assert(
      fc.property(fc.constantFrom(...streams), fc.nat(), (text, at) => {
        expect(checkGrammar(read(text.slice(0, at % text.length)))).toBeUndefined();
      }),
    );
  });

  it('any JSON in the place of a chunk never throws', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue(), { maxLength: 4 }), (chunks) => {
        const text = chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join('');
        expect(read(text).at(-1)?.type).toMatch(/^(error|end)$/);
      }),
    );
  });
});
