// The chart's two tables of headers, row by row.
import { describe, expect, test } from 'vitest';
import { ask, refusalOf } from './ask.ts';
import { DOCUMENTED, FAMILIES, qualifierOf, type Row } from './documented.ts';
import type { Fact } from './probe.ts';
import { says } from './probe.ts';

const PAT = { authorization: 'Bearer sandbox-chart' };
const rowsOf = (table: string) => DOCUMENTED.filter((row) => row.table === table);
const valuesOf = ({ cells: [cell = ''] }: Row) => (qualifierOf(cell) ?? '').split(', ');

const PROOFS: Record<string, (row: Row) => Promise<Fact[]>> = {
  Authorization: async ({ cells }) => [
    [cells, ['Required']],
    [refusalOf(await ask(says('claude'), { headers: {} })), [401, 'Bearer token is missing']],
    [(await ask(says('claude'), { headers: PAT })).status, 200],
  ],
  'Content-Type': async (row) => {
    const [json = '', ...others] = valuesOf(row);
    const sent = (mediaType: string) => ask(says('claude'), { headers: { ...PAT, 'content-type': mediaType } });
    return [
      [others, []],
      [(await sent(json)).status, 200],
      [(await sent(`${json}; charset=utf-8`)).status, 200],
      [refusalOf(await sent('text/plain')), [415, 'Invalid input value']],
    ];
  },
  // What it names is what comes: the one for an answer, the other for a stream.
  Accept: async (row) => {
    const answered = await Promise.all(
      valuesOf(row).map(async (accept) => {
        const stream = accept === 'text/event-stream';
        const answer = await ask(says('claude', undefined, { stream }), { headers: { ...PAT, accept } });
        return [answer.status, answer.headers.get('content-type')];
      }),
    );
    return [
      [
        answered,
        [
          [200, 'application/json'],
          [200, 'text/event-stream'],
        ],
      ],
    ];
  },
};

test.each(rowsOf('request-header'))('$field: $cells', async (row) => {
  const facts = (await PROOFS[row.field]?.(row)) ?? [];
  expect(facts.length, 'nothing proves it').toBeGreaterThan(0);
  expect(facts.map(([actual]) => actual)).toEqual(facts.map(([, expected]) => expected));
});

describe('response headers that Cortex does not have', () => {
  test('are ten', () => {
    expect(rowsOf('response-header').map(({ cells }) => cells)).toEqual(
      Array.from({ length: 10 }, () => ['Not supported']),
    );
  });

  test.each(FAMILIES)('%s: not on an answer, not on a stream, not on a refusal', async (family) => {
    const answers = await Promise.all([
      ask(says(family)),
      ask(says(family, undefined, { stream: true })),
      ask(says(family, 'sandbox> fail 429')),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 429]);
    for (const { field } of rowsOf('response-header')) {
      expect(
        answers.map(({ headers }) => headers.get(field)),
        field,
      ).toEqual([null, null, null]);
    }
  });
});
