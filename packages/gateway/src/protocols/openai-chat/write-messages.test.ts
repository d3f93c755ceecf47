import { readdirSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readFixture } from '../../../test/support/chat-answers.ts';
import type { Json, JsonObject } from '../../ir/json.ts';
import type { Part, Turn } from '../../ir/request.ts';
import { readMessages } from './messages.ts';
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
  parts: fc.array(text, { maxLength: 2 }),
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

test('an image in a tool result follows as a user message', () => {
  const image: Part = { kind: 'media', mime: 'image/png', source: { base64: 'AA==' } };
  const turns: Turn[] = [
    { role: 'user', parts: [{ kind: 'tool-result', callId: 'a', parts: [{ kind: 'text', text: 'x' }, image] }] },
  ];
  expect(writeMessages(turns, [])).toEqual([
    { role: 'tool', tool_call_id: 'a', content: 'x' },
    { role: 'user', content: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,AA==' } }] },
  ]);
});
