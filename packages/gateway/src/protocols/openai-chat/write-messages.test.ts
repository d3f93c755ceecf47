import { readdirSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readFixture } from '../../../test/support/chat-answers.ts';
import { type HistoryRules, repairHistory } from '../../ir/history.ts';
import type { Json, JsonObject } from '../../ir/json.ts';
import type { Part, Turn } from '../../ir/request.ts';
import { readMessages } from './messages.ts';
import { readRequest } from './request.ts';
import { writeMessages } from './write-messages.ts';

const text = fc.record({ kind: fc.constant('text' as const), text: fc.string({ minLength: 1 }) });
const marked = fc.oneof(
  text,
  fc.tuple(text, fc.constantFrom({}, { ttl: '1h' as const })).map(([part, cache]) => ({ ...part, cache })),
);
const media: fc.Arbitrary<Part> = fc.oneof(
  fc.record({
    kind: fc.constant('media' as const),
    mime: fc.constant('image/png'),
    source: fc.record({ base64: fc.constant('AA==') }),
  }),
  fc.record({
    kind: fc.constant('media' as const),
    mime: fc.constant('image/*'),
    source: fc.record({ url: fc.webUrl({ validSchemes: ['https'] }) }),
  }),
  fc.record({
    kind: fc.constant('media' as const),
    mime: fc.constant('application/pdf'),
    source: fc.record({ base64: fc.constant('AA==') }),
    name: fc.constant('a.pdf'),
  }),
);
const result: fc.Arbitrary<Part> = fc.record({
  kind: fc.constant('tool-result' as const),
  callId: fc.string({ minLength: 1 }),
  parts: fc.array(fc.oneof(text, media), { maxLength: 2 }),
});
const thought: fc.Arbitrary<Part> = fc.oneof(
  fc.record({
    kind: fc.constant('thinking' as const),
    text: fc.string({ minLength: 1 }),
    seal: fc.record({
      issuer: fc.constant('anthropic' as const),
      form: fc.constant('signature' as const),
      data: fc.string({ minLength: 1 }),
    }),
  }),
  fc.record({
    kind: fc.constant('thinking' as const),
    text: fc.constant(''),
    seal: fc.record({
      issuer: fc.constant('anthropic' as const),
      form: fc.constant('redacted' as const),
      data: fc.string({ minLength: 1 }),
    }),
  }),
);
const call: fc.Arbitrary<Part> = fc.record({
  kind: fc.constant('tool-call' as const),
  id: fc.string({ minLength: 1 }),
  name: fc.string({ minLength: 1 }),
  args: fc.json(),
});
const ext = fc.constantFrom<Pick<Turn, 'ext'>>({}, { ext: { 'openai-chat': { name: 'ann' } } });
const userTurn = fc
  .tuple(fc.array(fc.oneof(marked, media), { maxLength: 3 }), ext)
  .map(([parts, more]): Turn => ({ role: 'user', parts, ...more }));
const exchange = fc
  .tuple(
    fc.array(thought, { maxLength: 2 }),
    fc.array(marked, { maxLength: 2 }),
    fc.array(call, { maxLength: 2 }),
    fc.array(result, { minLength: 1, maxLength: 2 }),
    userTurn,
  )
  .map(([thoughts, said, calls, results, user]): Turn[] => [
    { role: 'assistant', parts: [...thoughts, ...said, ...calls] },
    { ...user, parts: [...results, ...user.parts] },
  ])
  // A user message with nothing in it is not written after results.
  .filter(([, user]) => user!.parts.some(({ kind }) => kind !== 'tool-result') || user!.ext === undefined);

test('what is written reads as the same turns', () => {
  fc.assert(
    fc.property(
      fc.array(marked, { maxLength: 3 }),
      userTurn,
      fc.array(exchange, { maxLength: 3 }),
      (system, first, exchanges) => {
        const turns = [first, ...exchanges.flat()];
        const messages = JSON.parse(JSON.stringify(writeMessages(turns, system))) as Json[];
        expect(readMessages(messages, [])).toEqual({ system, turns });
      },
    ),
  );
});

test.each(
  readdirSync(new URL('../../../../../fixtures/openai-chat', import.meta.url)).filter((name) => name.endsWith('.json')),
)('the history of %s survives being read and written', (name) => {
  const { messages } = JSON.parse(readFixture(`openai-chat/${name}`)) as { messages: JsonObject[] };
  const { system, turns } = readMessages(messages, []);
  const written = writeMessages(turns, system);
  expect(readMessages(JSON.parse(JSON.stringify(written)) as Json[], [])).toEqual({ system, turns });
  expect(written.filter(({ role }) => role === 'tool')).toHaveLength(
    messages.filter(({ role }) => role === 'tool').length,
  );
});

test('a reminder becomes the system message it was', () => {
  const messages = [
    { role: 'user', content: 'hi' },
    { role: 'developer', content: 'be brief' },
  ];
  const { system, turns } = readMessages(messages, []);
  expect(writeMessages(turns, system)).toEqual([
    { role: 'user', content: 'hi' },
    { role: 'system', content: 'be brief' },
  ]);
});

describe('a system message amid tool calls does not cost a result', () => {
  const calling = (id: string) => ({ id, type: 'function', function: { name: 'get', arguments: '{}' } });
  const asked = (...ids: string[]) => ({ role: 'assistant', content: null, tool_calls: ids.map(calling) });
  const ask = { role: 'user', content: 'go' };
  const note = { role: 'system', content: 'note' };
  const answering = (id: string, content = 'RESULT') => ({ role: 'tool', tool_call_id: id, content });
  const missing = 'No result was recorded for this call.';

  test.each<[string, JsonObject[], JsonObject[]]>([
    ['before the result', [ask, asked('c1'), note, answering('c1')], [ask, asked('c1'), answering('c1'), note]],
    [
      'as a developer, and no result',
      [ask, asked('c1'), { role: 'developer', content: 'note' }],
      [ask, asked('c1'), answering('c1', missing), note],
    ],
    [
      'and the user instead of a result',
      [ask, asked('c1'), note, { role: 'user', content: 'b' }],
      [ask, asked('c1'), answering('c1', missing), note, { role: 'user', content: 'b' }],
    ],
    [
      'between two results',
      [ask, asked('c1', 'c2'), answering('c1', 'one'), note, answering('c2', 'two'), { role: 'user', content: 'z' }],
      [ask, asked('c1', 'c2'), answering('c1', 'one'), answering('c2', 'two'), note, { role: 'user', content: 'z' }],
    ],
  ])('%s', (_, sent, written) => {
    expect(rewritten(sent)).toEqual(written);
  });
});

test('what stood in reasoning_details stays there, whatever it is', () => {
  const strange = [{ a: 1 }, { type: 'text', text: 'no thought' }];
  const messages = [
    { role: 'user', content: 'go' },
    { role: 'assistant', content: 'b', reasoning_details: strange },
    { role: 'user', content: 'c' },
  ];
  expect(rewritten(messages)).toEqual(messages);
});

test.each(['', null, undefined])('a call with the id %j and its result get one', (id) => {
  const messages = [
    { role: 'user', content: 'go' },
    {
      role: 'assistant',
      content: null,
      tool_calls: [
        { id, type: 'function', function: { name: 'get', arguments: '{}' } },
        { id, type: 'function', function: { name: 'put', arguments: '{}' } },
      ],
    },
    { role: 'tool', tool_call_id: id, content: 'one' },
    { role: 'tool', tool_call_id: id, content: 'two' },
  ];
  const [, called, first, second] = rewritten(messages) as {
    tool_calls: { id: string }[];
    tool_call_id: string;
    content: string;
  }[];
  const ids = called!.tool_calls.map(({ id: given }) => given);
  expect(new Set(ids).size).toBe(2);
  expect(ids.every((each) => each.length > 0)).toBe(true);
  expect([first, second].map((told) => [told!.tool_call_id, told!.content])).toEqual([
    [ids[0], 'one'],
    [ids[1], 'two'],
  ]);
});

const OPENAI: HistoryRules = {
  dialect: 'openai-chat',
  callIds: { allowed: /^[\x21-\x7e]+$/, maxLength: 40 },
  tools: true,
  declareTools: false,
  alternate: false,
  userFirst: false,
  assistantLast: 'allowed',
};

/** Messages as they go out to an OpenAI model once their history was repaired. */
function rewritten(messages: JsonObject[]): JsonObject[] {
  const { request } = readRequest({ model: 'm', messages });
  const repaired = repairHistory(request, OPENAI).request;
  return JSON.parse(JSON.stringify(writeMessages(repaired.turns, repaired.system))) as JsonObject[];
}
