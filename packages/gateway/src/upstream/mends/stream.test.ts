// What must hold for every stream, whatever Cortex sends and wherever it ends.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkChatStream } from '../../../test/support/chat-grammar.ts';
import { accumulate, cortexTarget, WRITER_OPTIONS } from '../../../test/support/chat-answers.ts';
import type { GatewayError } from '../../errors/error.ts';
import type { JsonObject } from '../../ir/json.ts';
import type { SseEvent } from '../../kit/sse.ts';
import { mendStream } from './index.ts';
import type { MendOptions } from './mend.ts';

const OPTIONS: MendOptions = { ...WRITER_OPTIONS, reading: { stop: [], legacyFunctions: false, choices: 1 } };
const CLAUDE = cortexTarget('claude-sonnet-4-6');

interface Call {
  id: string;
  name: string;
  args: JsonObject;
}

interface Answer {
  thought: string;
  text: string;
  calls: Call[];
  pieceLength: number;
}

const answers: fc.Arbitrary<Answer> = fc.record({
  thought: fc.string({ maxLength: 20 }),
  text: fc.string({ unit: 'grapheme', maxLength: 30 }),
  calls: fc.uniqueArray(
    fc.record({
      id: fc.stringMatching(/^toolu_[a-z0-9]{4,8}$/),
      name: fc.constantFrom('read', 'list_files'),
      args: fc.dictionary(fc.string({ minLength: 1, maxLength: 5 }), fc.string({ maxLength: 8 }), { maxKeys: 3 }),
    }),
    { maxLength: 4, selector: (call) => call.id },
  ),
  pieceLength: fc.integer({ min: 1, max: 7 }),
});

/** As Cortex streams Claude: every call with index 0, roles repeated, filler between blocks, no finish reason. */
function asCortex({ thought, text, calls, pieceLength }: Answer): SseEvent[] {
  const chunk = (delta: JsonObject) => ({
    choices: [
      {
        delta: { content: '', refusal: '', role: 'assistant', tool_calls: null, ...delta },
        index: 0,
        logprobs: { content: null, refusal: null },
      },
    ],
    created: 0,
    id: '',
    model: 'claude-sonnet-4-6',
    object: 'chat.completion.chunk',
    service_tier: '',
    system_fingerprint: '',
  });
  const fragment = (id: string, name: string, args: string) =>
    chunk({ tool_calls: [{ function: { arguments: args, name }, id, index: 0, type: id === '' ? '' : 'function' }] });
  return events([
    ...pieces(thought, pieceLength).map((piece) =>
      chunk({ reasoning_details: [{ type: 'reasoning.text', text: piece, index: 0 }] }),
    ),
    chunk({}),
    ...pieces(text, pieceLength).map((piece) => chunk({ content: piece })),
    chunk({}),
    ...calls.flatMap(({ id, name, args }) => [
      fragment(id, name, ''),
      ...pieces(argumentText(args, ''), pieceLength).map((piece) => fragment('', '', piece)),
      chunk({}),
    ]),
    { ...chunk({}), choices: [], usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 } },
  ]);
}

/** As OpenAI itself streams: nothing to mend. */
function asOpenai({ text, calls, pieceLength }: Answer): SseEvent[] {
  const head = {
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: 1_783_468_000,
    model: 'my-alias',
    service_tier: 'default',
  };
  const chunk = (delta: JsonObject, finishReason: string | null = null) => ({
    ...head,
    choices: [{ index: 0, delta, logprobs: null, finish_reason: finishReason }],
    usage: null,
  });
  return events([
    chunk({ role: 'assistant', content: '', refusal: null }),
    ...pieces(text, pieceLength).map((piece) => chunk({ content: piece })),
    ...calls.flatMap(({ id, name, args }, index) => [
      chunk({ tool_calls: [{ index, id, type: 'function', function: { name, arguments: '' } }] }),
      ...pieces(argumentText(args, '{}'), pieceLength).map((piece) =>
        chunk({ tool_calls: [{ index, function: { arguments: piece } }] }),
      ),
    ]),
    chunk({}, calls.length > 0 ? 'tool_calls' : 'stop'),
    { ...head, choices: [], usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 } },
  ]);
}

describe('a stream of Cortex', () => {
  test('becomes a legal one, loses no call and mixes up no arguments', async () => {
    await fc.assert(
      fc.asyncProperty(answers, async (answer) => {
        const mended = run(asCortex(answer));
        expect(checkChatStream(mended)).toBeUndefined();
        const { message, finishReason } = await accumulateAnswer(mended);
        expect(message.content ?? '').toBe(answer.text);
        expect(finishReason).toBe(answer.calls.length > 0 ? 'tool_calls' : 'stop');
        expect(
          (message.tool_calls ?? []).map((call) => ({
            id: call.id,
            name: call.function.name,
            args: JSON.parse(call.function.arguments) as JsonObject,
          })),
        ).toEqual(answer.calls);
      }),
      { numRuns: 60 },
    );
  });

  test('that is cut anywhere ends legally, in an error', () => {
    fc.assert(
      fc.property(answers, fc.nat(), (answer, at) => {
        const whole = asCortex(answer);
        const mended = run(whole.slice(0, at % whole.length));
        expect(checkChatStream(mended)).toBeUndefined();
        expect(mended.at(-1)!.data).toContain('"error"');
      }),
    );
  });

  test('is legal whatever objects and words it is made of', () => {
    const anything = fc.oneof(
      fc.string(),
      fc.json(),
      fc.constant('[DONE]'),
      fc.record({ choices: fc.array(fc.jsonValue()) }).map((chunk) => JSON.stringify(chunk)),
    );
    fc.assert(
      fc.property(fc.array(anything, { maxLength: 6 }), (datas) => {
        const mended = run(datas.map((data) => ({ data })));
        expect(mended.length).toBeGreaterThan(0);
        expect(mended.at(-1)!.data === '[DONE]' || mended.at(-1)!.data.startsWith('{"error"')).toBe(true);
      }),
    );
  });
});

test('a clean stream passes unchanged', () => {
  fc.assert(
    fc.property(answers, (answer) => {
      const clean = asOpenai(answer);
      expect(checkChatStream(clean)).toBeUndefined();
      expect(run(clean, OPTIONS, cortexTarget('openai-gpt-5'))).toEqual(clean);
    }),
  );
});

test('fields that nobody here knows survive', () => {
  const chunk = {
    choices: [
      {
        index: 0,
        delta: { content: 'a', annotations: [{ type: 'url_citation' }] },
        content_filter_results: { hate: { filtered: false } },
      },
    ],
    moderation: { flagged: false },
  };
  const [first] = run(events([chunk]));
  expect(JSON.parse(first!.data)).toMatchObject({
    moderation: { flagged: false },
    choices: [
      {
        delta: { content: 'a', annotations: [{ type: 'url_citation' }] },
        content_filter_results: { hate: { filtered: false } },
      },
    ],
  });
});

test('stop sequences end the text wherever chunks are cut', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('a', 'b', 'E', 'N', 'D'), maxLength: 30 }),
      fc.integer({ min: 1, max: 5 }),
      (text, pieceLength) => {
        const options = { ...OPTIONS, reading: { ...OPTIONS.reading, stop: ['END', 'Nb'] } };
        const mended = run(asCortex({ thought: '', text, calls: [], pieceLength }), options);
        expect(checkChatStream(mended)).toBeUndefined();
        const said = mended.map(({ data }) => (data === '[DONE]' ? '' : contentOf(data))).join('');
        const ends = ['END', 'Nb']
          .filter((stop) => text.includes(stop))
          .map((stop) => text.indexOf(stop) + stop.length);
        const end = Math.min(...ends);
        const matched = ['END', 'Nb'].find((stop) => text.indexOf(stop) + stop.length === end && text.includes(stop));
        expect(said).toBe(matched === undefined ? text : text.slice(0, end - matched.length));
        expect(mended.some(({ data }) => data.includes('"usage"'))).toBe(true);
      },
    ),
  );
});

describe('a stream that was asked for one JSON object', () => {
  const options = { ...OPTIONS, reading: { ...OPTIONS.reading, jsonObject: true as const, maxOutputTokens: 1_000 } };
  const LLAMA = cortexTarget('llama3.1-8b');
  const stream = (text: string, pieceLength: number) =>
    run(asCortex({ thought: '', text, calls: [], pieceLength }), options, LLAMA);

  test('says the object and nothing else, wherever chunks are cut', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.integer({ min: 1, max: 9 }), (object, pieceLength) => {
        const json = JSON.stringify(object);
        const mended = stream(`Here {it} is:\n\`\`\`json\n${json}\n\`\`\`\n`, pieceLength);
        expect(checkChatStream(mended)).toBeUndefined();
        expect(mended.map(({ data }) => (data === '[DONE]' ? '' : contentOf(data))).join('')).toBe(json);
        expect(mended.some(({ data }) => data.includes('"finish_reason":"stop"'))).toBe(true);
      }),
    );
  });

  test.each(['I cannot do that.', '{"a": 1', '{"a": one} and more'])('fails when it says %s', (text) => {
    const mended = stream(text, 3);
    expect(checkChatStream(mended)).toBeUndefined();
    expect(mended.at(-1)!.data).toContain('one JSON object');
    expect(mended.some(({ data }) => data.includes('"finish_reason":"stop"'))).toBe(false);
  });
});

test('the watcher hears every chunk as it came, and the error', () => {
  const heard: JsonObject[] = [];
  const failures: GatewayError[] = [];
  const watch = {
    chunk: (chunk: JsonObject) => heard.push(structuredClone(chunk)),
    failure: (error: GatewayError) => failures.push(error),
  };
  const sent = [{ choices: [{ delta: { content: 'a' }, index: 0 }] }, { message: 'internal error', request_id: 'abc' }];
  const mended = run(events(sent).slice(0, 2), { ...OPTIONS, watch });
  expect(heard).toEqual([sent[0]]);
  expect(failures.map(({ kind }) => kind)).toEqual(['upstream-broken']);
  expect(JSON.parse(mended.at(-1)!.data)).toMatchObject({
    error: { type: 'server_error', snowflake_request_id: 'abc' },
  });
});

test('an error by event name ends the stream', () => {
  const mended = run([{ event: 'error', data: '{"message":"boom","code":"503"}' }, { data: '[DONE]' }]);
  expect(mended).toHaveLength(1);
  expect(JSON.parse(mended[0]!.data)).toMatchObject({ error: { code: 'overloaded' } });
});

test('several answers to one request share the id and have their own number', () => {
  const options = { ...OPTIONS, choiceIndex: 2, reading: { ...OPTIONS.reading, choices: 3 } };
  const mended = run(
    asOpenai({ thought: '', text: 'hi', calls: [], pieceLength: 5 }),
    options,
    cortexTarget('openai-gpt-5'),
  );
  const chunks = mended
    .filter(({ data }) => data !== '[DONE]')
    .map(({ data }) => JSON.parse(data) as { id: string; choices: { index: number }[] });
  expect(new Set(chunks.map(({ id }) => id))).toEqual(new Set(['chatcmpl-own']));
  expect(chunks.flatMap(({ choices }) => choices.map(({ index }) => index))).toEqual([2, 2, 2]);
});

test('a tool that travelled under another name is called by its own', () => {
  const options = { ...OPTIONS, reading: { ...OPTIONS.reading, toolNames: new Map([['read', 'odd name']]) } };
  const calls = [{ id: 'toolu_abcd', name: 'read', args: { a: 'read' } }];
  const mended = run(asCortex({ thought: '', text: '', calls, pieceLength: 3 }), options);
  expect(checkChatStream(mended)).toBeUndefined();
  expect(
    mended
      .map(({ data }) => data)
      .join('\n')
      .match(/"name":"[^"]*"/g),
  ).toEqual(['"name":"odd name"']);
});

test('who asked with functions reads function_call', () => {
  const options = { ...OPTIONS, reading: { ...OPTIONS.reading, legacyFunctions: true } };
  const calls = [{ id: 'toolu_abcd', name: 'read', args: { a: 'b' } }];
  const mended = run(asCortex({ thought: '', text: '', calls, pieceLength: 100 }), options);
  expect(checkChatStream(mended)).toBeUndefined();
  const said = mended.map(({ data }) => data).join('\n');
  expect(said).toContain('"function_call":{"arguments":"","name":"read"}');
  expect(said).toContain('"function_call":{"arguments":"{\\"a\\":\\"b\\"}"}');
  expect(said).toContain('"finish_reason":"function_call"');
  expect(said).not.toContain('tool_calls');
});

test('a mend can be switched off, and other providers are left alone', () => {
  const chunk = {
    id: 'x',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'gpt',
    choices: [{ index: 0, delta: { content: '' }, finish_reason: null }],
  };
  expect(
    run(events([chunk]), OPTIONS, { ...CLAUDE, disabledMends: ['filler-chunks', 'model-echo'] })[0]!.data,
  ).toContain('"model":"gpt"');
  expect(run(events([chunk]), OPTIONS, { ...CLAUDE, provider: 'openai' })).toEqual(events([chunk]));
});

function run(input: SseEvent[], options = OPTIONS, target = CLAUDE): SseEvent[] {
  const mending = mendStream(target, options);
  return [...input.flatMap((event) => mending.push(event)), ...mending.end()];
}

interface SdkMessage {
  content: string | null;
  tool_calls?: { id: string; function: { name: string; arguments: string } }[];
}

async function accumulateAnswer(stream: SseEvent[]): Promise<{ message: SdkMessage; finishReason: string }> {
  const completion = await accumulate(stream);
  const [choice] = JSON.parse(JSON.stringify(completion.choices)) as { message: SdkMessage; finish_reason: string }[];
  return { message: choice!.message, finishReason: choice!.finish_reason };
}

function events(chunks: JsonObject[]): SseEvent[] {
  return [...chunks.map((chunk) => ({ data: JSON.stringify(chunk) })), { data: '[DONE]' }];
}

function pieces(text: string, length: number): string[] {
  return Array.from({ length: Math.ceil(text.length / length) }, (_, index) =>
    text.slice(index * length, (index + 1) * length),
  );
}

function argumentText(args: JsonObject, empty: string): string {
  return Object.keys(args).length === 0 ? empty : JSON.stringify(args);
}

function contentOf(data: string): string {
  const { choices } = JSON.parse(data) as { choices: { delta: { content?: string } }[] };
  return choices[0]?.delta.content ?? '';
}
