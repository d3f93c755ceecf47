import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cortexTarget, WRITER_OPTIONS } from '../../../test/support/chat-answers.ts';
import type { JsonObject } from '../../ir/json.ts';
import type { SseEvent } from '../../kit/sse.ts';
import { mendAndRead, mendStream } from './index.ts';
import type { MendOptions } from './mend.ts';

const OPTIONS: MendOptions = { ...WRITER_OPTIONS, reading: { stop: [], legacyFunctions: false, choices: 1 } };
const CLAUDE = cortexTarget('claude-sonnet-4-6');

/** As Cortex writes it, for Claude with a role in every chunk and for OpenAI's models without. */
function chunk(delta: JsonObject, fields: JsonObject = {}, choice: JsonObject = {}): string {
  return JSON.stringify({
    choices: [
      {
        delta: { content: '', refusal: '', role: '', tool_calls: null, ...delta },
        index: 0,
        logprobs: { content: null, refusal: null },
        ...choice,
      },
    ],
    created: 1_763_996_710,
    id: 'chatcmpl-1',
    model: 'some-model',
    service_tier: '',
    ...fields,
  });
}

const words = fc.oneof(
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }),
  fc.constantFrom('', ' ', '\n', '"', '\\', '\\"', '","content":"', '/', '\u2028', '\u0007', '</s>', 'STOP', '{"a":1}'),
);
const text = (fields?: JsonObject, choice?: JsonObject) => words.map((content) => chunk({ content }, fields, choice));
const runs = fc.oneof(
  fc.array(text(), { minLength: 2, maxLength: 8 }),
  fc.array(text({ id: '', created: 0 }), { minLength: 2, maxLength: 8 }),
  fc.array(text({}, { index: 1 }), { minLength: 2, maxLength: 5 }),
  fc.array(text({ usage: { prompt_tokens: 1, completion_tokens: 2 } }), { minLength: 2, maxLength: 4 }),
  fc.array(text({}, { finish_reason: 'stop' }), { minLength: 1, maxLength: 4 }),
  fc.array(
    words.map((content) => chunk({ content, reasoning_content: 'hm' })),
    { minLength: 1, maxLength: 4 },
  ),
  // A server that escapes what it need not, or puts spaces into its JSON.
  fc.array(
    words.map((content) => chunk({ content }).replaceAll('e', '\\u0065').replaceAll('"cont\\u0065nt"', '"content"')),
    { minLength: 2, maxLength: 4 },
  ),
  words.map((thought) => [chunk({ reasoning_details: [{ type: 'reasoning.text', text: thought }] })]),
  fc.tuple(fc.constantFrom('', 'call_1', 'call_2'), words).map(([id, args]) => {
    const called = { name: id === '' ? '' : 'read', arguments: args };
    return [chunk({ tool_calls: [{ id, type: 'function', index: 0, function: called }] })];
  }),
);
const streams = fc.array(runs, { minLength: 1, maxLength: 6 }).map((parts) => [...parts.flat(), '[DONE]']);
const readings = fc.record({
  stop: fc.constantFrom<string[]>([], ['STOP']),
  legacyFunctions: fc.boolean(),
  choices: fc.constantFrom(1, 2),
  jsonObject: fc.constantFrom<true | undefined>(true, undefined),
});

/** The same JSON in another form each time, so that no chunk looks like the one before it. */
function unlike(stream: string[]): string[] {
  return stream.map((data, index) => ' '.repeat(index % 2) + data);
}

test('a stream is mended as if every chunk of it were read', () => {
  fc.assert(
    fc.property(streams, readings, (sent, { jsonObject, ...reading }) => {
      const options = { ...OPTIONS, reading: { ...reading, ...(jsonObject === undefined ? {} : { jsonObject }) } };
      for (const target of [CLAUDE, cortexTarget('openai-gpt-5.2'), { ...CLAUDE, provider: 'openai' as const }]) {
        const written = (data: string[]) => run(mendStream(target, options), data);
        expect(written(sent)).toEqual(written(unlike(sent)));
        const read = (data: string[]) => run(mendAndRead(target, options, {}), data);
        expect(read(sent)).toEqual(read(unlike(sent)));
      }
    }),
    { numRuns: 400 },
  );
});

test('of many chunks that differ in their words alone, few are parsed', () => {
  const heard: JsonObject[] = [];
  const watch = { chunk: (each: JsonObject) => heard.push(each), failure: () => undefined };
  const said = ['One', ' two', ' "three"', '\n', ' vier–fünf', ' six', '.'];
  const mended = run(mendStream(CLAUDE, { ...OPTIONS, watch }), [
    ...said.map((content) => chunk({ content })),
    '[DONE]',
  ]);
  expect(heard).toHaveLength(3);
  expect(mended.slice(1, said.length).map(({ data }) => data)).toEqual(
    said.slice(1).map((content) =>
      JSON.stringify({
        choices: [{ delta: { content }, index: 0, logprobs: null, finish_reason: null }],
        created: 1_763_996_710,
        id: 'chatcmpl-1',
        model: WRITER_OPTIONS.model,
      }),
    ),
  );
});

function run<O>(mending: { push(event: SseEvent): O[]; end(): O[] }, stream: string[]): O[] {
  return [...stream.flatMap((data) => mending.push({ data })), ...mending.end()];
}
