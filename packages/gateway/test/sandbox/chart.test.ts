// Every row of Snowflake's compatibility chart, for three families, over HTTP; and the chart in code against the docs.
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/ir/json.ts';
import { REQUEST_CHART, type RequestRow } from '../../src/sandbox/chat-completions/request-chart.ts';
import { RESPONSE_CHART } from '../../src/sandbox/chat-completions/response-chart.ts';
import { type CortexSandbox, createCortexSandbox } from '../../src/sandbox/index.ts';
import { at, chat, dataOf, parse } from './calls.ts';
import { baseBody, type Family, type Probe, PROBES } from './probes.ts';

let sandbox: CortexSandbox;
beforeAll(async () => {
  sandbox = await createCortexSandbox();
});
afterAll(() => sandbox.close());

const FAMILIES: Family[] = ['openai', 'claude', 'other'];

/** The text of each refusal, written out here and not taken from the table under test. */
const TEXTS: Record<string, string> = {
  'messages[].audio': 'audio is not supported',
  'messages[].content[].image_url': 'image input is not supported for this model',
  'messages[].content[].file': 'content type "file" is not supported',
  'messages[].content[].input_audio': 'content type "input_audio" is not supported',
  audio: 'audio is not supported',
  max_tokens: 'max_tokens is deprecated in favor of max_completion_tokens',
  service_tier: 'service_tier is not supported',
  store: 'store is not supported',
  tools: 'tool calling is not supported for this model',
  web_search_options: 'web_search_options is not supported',
};

describe.each(FAMILIES)('requests to the %s family', (family) => {
  const rowsThat = (are: (support: RequestRow[Family]) => boolean) => REQUEST_CHART.filter((row) => are(row[family]));

  test.each(rowsThat((support) => typeof support === 'object'))('$field is refused', async ({ field }) => {
    const answer = await chat(sandbox.url, probeOf(field, family).with);
    const requestId = answer.headers.get('x-snowflake-request-id');
    expect(answer.status).toBe(400);
    expect(parse(answer.text)).toEqual({ message: TEXTS[field], request_id: requestId });
  });

  test.each(rowsThat((support) => support === 'ignored'))('$field is ignored', async ({ field }) => {
    const probe = probeOf(field, family);
    const [answer, without] = [await chat(sandbox.url, probe.with), await chat(sandbox.url, probe.without)];
    expect([answer.status, without.status]).toEqual([200, 200]);
    expect(comparable(answer.text)).toEqual(comparable(without.text));
  });

  test.each(rowsThat((support) => support === 'supported'))('$field is supported', async ({ field }) => {
    const probe = probeOf(field, family);
    const [answer, without] = [await chat(sandbox.url, probe.with), await chat(sandbox.url, probe.without)];
    expect([answer.status, without.status]).toEqual([200, 200]);
    const facts = probe.effect?.(answer.text, without.text) ?? [];
    expect(facts.map(([actual]) => actual)).toEqual(facts.map(([, expected]) => expected));
  });
});

function probeOf(field: string, family: Family): Probe {
  const probe = PROBES[field]?.(family);
  if (probe === undefined) throw new Error(`probes.ts has no probe for ${field}`);
  return probe;
}

describe('the chart in code is the chart in the docs', () => {
  test('requests', async () => {
    const documented = await documentedRows('request');
    const inCode = REQUEST_CHART.map(({ field, ...row }) => [
      field,
      ...FAMILIES.map((family) => (typeof row[family] === 'object' ? 'error' : row[family])),
    ]);
    expect(inCode).toEqual(documented);
  });

  test('responses', async () => {
    const documented = await documentedRows('response');
    const inCode = RESPONSE_CHART.map(({ field, ...row }) => [
      field,
      ...FAMILIES.map((family) => (row[family] ? 'supported' : 'unsupported')),
    ]);
    expect(inCode).toEqual(documented);
  });
});

/** Never filled although the chart says so for OpenAI: it answers `functions`, which the request chart does not have. */
const NEEDS_LEGACY_FUNCTIONS = ['choices[].message.function_call', 'choices[].delta.function_call'];
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
    expect(answers.some((each) => isFilled(at(each, path)))).toBe(
      expected && !NEEDS_LEGACY_FUNCTIONS.includes(row.field),
    );
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
    ...baseBody(family, script.join('\n')),
    ...(family === 'other' ? {} : { tools: [tool] }),
    ...(family === 'claude' ? { reasoning: { effort: 'low' }, temperature: 1 } : {}),
    ...(family === 'openai'
      ? { logprobs: true, prediction: { type: 'content', content: 'Alpha beta delta' }, reasoning_effort: 'low' }
      : {}),
  };
  return [rich, baseBody(family, 'sandbox> say I cannot do that.\nsandbox> finish refusal')];
}

function isFilled(value: unknown): boolean {
  if (value === null || value === undefined || value === '' || value === 0) return false;
  if (Array.isArray(value)) return value.length > 0;
  return typeof value !== 'object' || Object.values(value).some(isFilled);
}

/** An answer without what changes from request to request. */
function comparable(text: string): unknown {
  const stable = (data: string) => ({ ...parse(data), id: '', created: 0 });
  return text.startsWith('data: ')
    ? dataOf(text).map((data) => (data === '[DONE]' ? data : stable(data)))
    : stable(text);
}

/** `[field, openai, claude, other]` with the words of the docs reduced to what the code distinguishes. */
async function documentedRows(table: string): Promise<string[][]> {
  const file = new URL('../../../../fixtures/cortex-recordings/compatibility-chart.tsv', import.meta.url);
  const rows = (await readFile(file, 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t'));
  const wanted = rows.filter((row) => row[0] === table && row[2] !== 'See sub-fields');
  return wanted.map(([, field = '', ...cells]) => [field.replace(/ \(.*\)$/, ''), ...cells.map(reduced)]);
}

function reduced(cell: string): string {
  if (cell.startsWith('Not supported')) return 'unsupported';
  if (cell.startsWith('Error')) return 'error';
  return cell.startsWith('Ignored') ? 'ignored' : 'supported';
}
