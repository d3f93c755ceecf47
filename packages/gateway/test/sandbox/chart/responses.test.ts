// Every row of the response chart, for three families, on rich answers, streamed and not.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/ir/json.ts';
import { RESPONSE_CHART } from '../../../src/sandbox/chat-completions/response-chart.ts';
import { type CortexSandbox, createCortexSandbox } from '../../../src/sandbox/index.ts';
import { at, chat, dataOf, parse } from '../calls.ts';
import { DOCUMENTED, FAMILIES, type Family, verdictOf } from './documented.ts';
import { says } from './probe.ts';

let sandbox: CortexSandbox;
beforeAll(async () => {
  sandbox = await createCortexSandbox();
});
afterAll(() => sandbox.close());

/** What the chart calls `reasoning` is `reasoning_details` on the wire. */
const wireName = (field: string) => field.replace(/reasoning$/, 'reasoning_details');

describe.each(FAMILIES)('answers of the %s family', (family) => {
  let unary: JsonObject[];
  let chunks: JsonObject[];
  beforeAll(async () => {
    const bodies = richBodies(family);
    const streams = bodies.map((body) => ({ ...body, stream: true, stream_options: { include_usage: true } }));
    unary = await Promise.all(bodies.map(async (body) => parse((await chat(sandbox.url, body)).text)));
    const texts = await Promise.all(streams.map(async (body) => (await chat(sandbox.url, body)).text));
    chunks = texts.flatMap((text) =>
      dataOf(text)
        .filter((data) => data !== '[DONE]')
        .map(parse),
    );
  });

  const rows = RESPONSE_CHART.filter(({ field }) => field !== 'choices[].index');
  test.each(rows)('$field', (row) => {
    const expected = row.recorded?.families[family] ?? row[family];
    const answers = row.field.includes('.delta') ? chunks : unary;
    const path = wireName(row.field.replaceAll('[]', '[0]'));
    expect(answers.some((each) => isFilled(at(each, path)))).toBe(expected);
  });

  test('choices[].index', () => {
    const indices = [...unary, ...chunks].map((each) => at(each, 'choices[0].index'));
    expect(new Set(indices)).toEqual(new Set([0, undefined]));
  });

  test('a stream has usage only in a last chunk without choices, and none unless asked', async () => {
    const [body = {}] = richBodies(family);
    const asked = await chat(sandbox.url, { ...body, stream: true, stream_options: { include_usage: true } });
    const events = dataOf(asked.text);
    expect(events.at(-1)).toBe('[DONE]');
    expect(parse(events.at(-2) ?? '').choices).toEqual([]);
    expect(events.filter((data) => data.includes('"usage"'))).toHaveLength(1);
    const unasked = await chat(sandbox.url, { ...body, stream: true });
    expect(unasked.text).not.toContain('"usage"');
    expect(dataOf(unasked.text).at(-1)).toBe('[DONE]');
  });
});

function richBodies(family: Family): JsonObject[] {
  const tool = { type: 'function', function: { name: 'look', parameters: { type: 'object', properties: {} } } };
  const script = [
    'sandbox> think First this, then that.',
    'sandbox> say Alpha beta gamma.',
    'sandbox> call look {"at":"this"}',
    'sandbox> usage input=2000 cached=1000 output=50',
  ];
  const rich = {
    ...says(family, script.join('\n')),
    ...(family === 'other' ? {} : { tools: [tool] }),
    ...(family === 'claude' ? { reasoning: { effort: 'low' }, temperature: 1 } : {}),
    ...(family === 'openai'
      ? { logprobs: true, prediction: { type: 'content', content: 'Alpha beta delta' }, reasoning_effort: 'low' }
      : {}),
  };
  const refusing = says(family, 'sandbox> say I cannot do that.\nsandbox> finish refusal');
  return [rich, refusing, says(family, 'sandbox> call look {"at":"this"}', { functions: [tool.function] })];
}

function isFilled(value: unknown): boolean {
  if (value === null || value === undefined || value === '' || value === 0) return false;
  if (Array.isArray(value)) return value.length > 0;
  return typeof value !== 'object' || Object.values(value).some(isFilled);
}

test('the chart in code is the chart in the docs', () => {
  const inCode = RESPONSE_CHART.map(({ field, ...row }) => [
    field,
    ...FAMILIES.map((family) => (row[family] ? 'supported' : 'unsupported')),
  ]);
  const documented = DOCUMENTED.filter(({ table }) => table === 'response');
  expect(inCode).toEqual(documented.map(({ field, cells }) => [field, ...cells.map(verdictOf)]));
});

test('a function in the deprecated form is called in it, whole and in pieces, and says so at the end', async () => {
  const functions = [{ name: 'look', parameters: { type: 'object' } }, { name: 'stop' }];
  const body = says('openai', 'sandbox> call look {"at":"the hills"}\nsandbox> call stop {}', { functions });
  const { text } = await chat(sandbox.url, body);
  expect(at(parse(text), 'choices[0]')).toMatchObject({
    finish_reason: 'function_call',
    message: { function_call: { arguments: '{"at":"the hills"}', name: 'look' }, tool_calls: null },
  });
  const streamed = dataOf((await chat(sandbox.url, { ...body, stream: true })).text).slice(0, -1);
  const pieces = streamed.flatMap((data) => at(parse(data), 'choices[0].delta.function_call') ?? []);
  expect(pieces).toEqual([
    { arguments: '', name: 'look' },
    { arguments: '{"at":"the h', name: '' },
    { arguments: 'ills"}', name: '' },
  ]);
  expect(at(parse(streamed.at(-1) ?? ''), 'choices[0].finish_reason')).toBe('function_call');
  const forced = await chat(sandbox.url, {
    ...says('openai', 'Anything.', { functions }),
    function_call: { name: 'stop' },
  });
  expect(at(parse(forced.text), 'choices[0].message.function_call.name')).toBe('stop');
});
