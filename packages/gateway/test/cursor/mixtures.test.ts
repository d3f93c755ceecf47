// Whatever mixture of the three shapes a body is: no call, no result and no text of it is lost.
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isObject, type JsonObject } from '../../src/ir/json.ts';
import type { Part } from '../../src/ir/request.ts';
import { outlineObject } from '../../src/kit/json-span.ts';
import { cursorDialectCodec, sniffCursor } from '../../src/protocols/cursor/index.ts';
import { checkChatStream } from '../support/chat-grammar.ts';
import { type Cortex, startCortex, TARGETS } from './cortex.ts';

let cortex: Cortex;
beforeAll(async () => {
  cortex = await startCortex();
});
afterAll(() => cortex.close());

/** One thing said, asked or answered, and the forms it may come in. */
interface Said {
  what: 'user' | 'assistant' | 'call' | 'patch' | 'result';
  form: number;
}

const TOOLS: JsonObject[] = [
  { type: 'function', function: { name: 'read', parameters: { type: 'object', properties: {} } } },
  { type: 'function', name: 'read', parameters: { properties: {} } },
  { name: 'read', description: 'Reads.', input_schema: { $schema: 'x', type: 'object', properties: {} } },
  { type: 'custom', name: 'ApplyPatch', format: { type: 'grammar', syntax: 'lark', definition: 'start: x' } },
  { type: 'custom', custom: { name: 'ApplyPatch', format: { type: 'text' } } },
];

const conversation = fc.array(
  fc.record({
    what: fc.constantFrom<Said['what']>('user', 'assistant', 'call', 'patch', 'result'),
    form: fc.nat({ max: 2 }),
  }),
  { minLength: 1, maxLength: 12 },
);

test('of conversations', () => {
  fc.assert(
    fc.property(conversation, fc.constantFrom('messages', 'input'), fc.subarray(TOOLS), (said, field, tools) => {
      const body = { model: 'm', stream: true, tools: withoutTwins(tools), [field]: said.map(writeSaid) };
      const { request } = cursorDialectCodec.readRequest(body);
      const parts = request.turns.flatMap((turn) => turn.parts);
      const expected = said.map(({ what }, index) => `${what} ${index}`);
      expect(parts.map(summarise).toSorted()).toEqual(expected.toSorted());
      expect(request.tools.map(({ name }) => name)).toEqual(body.tools.map((tool) => nameOf(tool)));
    }),
  );
});

test('and Cortex takes each, and answers in chat', async () => {
  const field = fc.constantFrom('messages', 'input');
  await fc.assert(
    fc.asyncProperty(
      conversation,
      field,
      fc.subarray(TOOLS),
      fc.constantFrom(...TARGETS),
      async (said, list, tools, target) => {
        const body = { model: 'm', stream: true, tools: withoutTwins(tools), [list]: said.map(writeSaid) };
        expect(checkChatStream((await cortex.ask(body, target)).stream)).toBeUndefined();
      },
    ),
    { numRuns: 300 },
  );
});

test('and each is recognised unless it is a plain chat completion', () => {
  fc.assert(
    fc.property(conversation, (said) => {
      const messages = said.map(writeSaid);
      const plain = messages.every(isPlain);
      const body = Buffer.from(JSON.stringify({ model: 'm', messages }));
      expect(sniffCursor(body, outlineObject(body).spans)).toBe(!plain);
    }),
  );
});

function isPlain({ type, content }: JsonObject): boolean {
  const blocks = Array.isArray(content) ? content : [];
  return type === undefined && blocks.every((block) => isObject(block) && block.type === 'text');
}

function writeSaid({ what, form }: Said, index: number): JsonObject {
  const text = `${what} ${index}`;
  const id = `call_${index}`;
  switch (what) {
    case 'user':
      return [
        { role: 'user', content: text },
        { role: 'user', content: [{ type: 'text', text }] },
        { type: 'message', role: 'user', content: [{ type: 'input_text', text }] },
      ][form]!;
    case 'assistant':
      return [
        { role: 'assistant', content: text },
        { role: 'assistant', content: [{ type: 'text', text }] },
        { role: 'assistant', content: [{ type: 'text', text }], tool_calls: [] },
      ][form]!;
    case 'call':
      return writeCall(form, id, 'read', `{"said":"${text}"}`);
    case 'patch':
      return form === 2
        ? { type: 'custom_tool_call', call_id: id, name: 'ApplyPatch', input: text }
        : writeCall(0, id, 'ApplyPatch', text);
    case 'result':
      return [
        { role: 'tool', tool_call_id: id, content: [{ type: 'text', text }], name: 'read' },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: id, content: [{ type: 'text', text }] }] },
        { type: 'function_call_output', call_id: id, output: text },
      ][form]!;
  }
}

function writeCall(form: number, id: string, name: string, args: string): JsonObject {
  if (form === 0) {
    const call = { index: 0, id, type: 'function', function: { name, arguments: args } };
    return { role: 'assistant', content: null, tool_calls: [call] };
  }
  if (form === 2) return { type: 'function_call', call_id: id, name, arguments: args };
  return { role: 'assistant', content: [{ type: 'tool_use', id, name, input: JSON.parse(args) as JsonObject }] };
}

/** What a part says, in the words it was made with. */
function summarise(part: Part): string {
  if (part.kind === 'text') return part.text;
  if (part.kind === 'tool-call') {
    return part.freeform === true ? part.args : (JSON.parse(part.args) as { said: string }).said;
  }
  return part.kind === 'tool-result' ? part.parts.map(summarise).join('') : part.kind;
}

function withoutTwins(tools: JsonObject[]): JsonObject[] {
  return tools.filter((tool, index) => tools.findIndex((other) => nameOf(other) === nameOf(tool)) === index);
}

function nameOf({ name, function: called, custom }: JsonObject): unknown {
  return name ?? ((called ?? custom) as JsonObject).name;
}
