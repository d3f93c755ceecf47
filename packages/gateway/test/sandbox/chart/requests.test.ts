// Every row of the request chart, for three families, over HTTP. The three outcomes exclude each other: what is refused
// is answered without the field, what is ignored leaves the answer as it is to the byte, what is supported changes it.
import { describe, expect, test } from 'vitest';
import { REQUEST_CHART, type RequestRow } from '../../../src/sandbox/chat-completions/request-chart.ts';
import { ask, bytesOf, refusalOf } from './ask.ts';
import { DOCUMENTED, FAMILIES, type Family, verdictOf } from './documented.ts';
import { FIELD_PROBES } from './field-probes.ts';
import { MESSAGE_PROBES } from './message-probes.ts';
import type { Probe } from './probe.ts';

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
    const { answer, without } = await askBoth(probeOf(field, family));
    expect([refusalOf(answer), without.status]).toEqual([[400, TEXTS[field]], 200]);
  });

  test.each(rowsThat((support) => support === 'ignored'))('$field is ignored', async ({ field }) => {
    const { answer, without } = await askBoth(probeOf(field, family));
    expect(without.status).toBe(200);
    expect(bytesOf(answer)).toEqual(bytesOf(without));
  });

  test.each(rowsThat((support) => support === 'supported'))('$field is supported', async ({ field }) => {
    const probe = probeOf(field, family);
    const { answer, without } = await askBoth(probe);
    expect(answer.status).toBe(200);
    expect(bytesOf(answer)).not.toEqual(bytesOf(without));
    const facts = probe.facts?.(answer, without) ?? [];
    expect(facts.length, 'a difference alone proves little').toBeGreaterThan(0);
    expect(facts.map(([actual]) => actual)).toEqual(facts.map(([, expected]) => expected));
  });
});

test('the chart in code is the chart in the docs', () => {
  const inCode = REQUEST_CHART.map(({ field, ...row }) => [
    field,
    ...FAMILIES.map((family) => (typeof row[family] === 'object' ? 'error' : row[family])),
  ]);
  const documented = DOCUMENTED.filter(({ table }) => table === 'request');
  expect(inCode).toEqual(documented.map(({ field, cells }) => [field, ...cells.map(verdictOf)]));
});

function probeOf(field: string, family: Family): Probe {
  const probe = (FIELD_PROBES[field] ?? MESSAGE_PROBES[field])?.(family);
  if (probe === undefined) throw new Error(`There is no probe for ${field}.`);
  return probe;
}

async function askBoth({ before = [], ...probe }: Probe) {
  return { answer: await ask(probe.with, { before }), without: await ask(probe.without, { before }) };
}
