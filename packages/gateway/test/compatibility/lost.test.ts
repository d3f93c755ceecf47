// The judge of what is lost, itself judged: it sees what is not there, and believes no note that speaks of something else.
import { expect, test } from 'vitest';
import type { JsonObject } from '../../src/ir/json.ts';
import { GENERATING } from './generating.ts';
import { findLost } from './lost.ts';

const BODY: JsonObject = {
  model: 'm',
  messages: [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: [{ type: 'text', text: 'Look.' }] },
    {
      role: 'assistant',
      content: null,
      tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'look', arguments: '{"where":"here"}' } }],
    },
    { role: 'tool', tool_call_id: 'call_1', content: 'Dust.' },
  ],
  tools: [
    {
      type: 'function',
      function: {
        name: 'look',
        description: 'Looks.',
        strict: true,
        parameters: { properties: { where: { type: 'string' } } },
      },
    },
  ],
  tool_choice: 'required',
  parallel_tool_calls: false,
  response_format: {
    type: 'json_schema',
    json_schema: { schema: { properties: { n: { minimum: 3 } } }, strict: true },
  },
  max_tokens: 7,
  stop: ['END'],
  temperature: 0.2,
  reasoning_effort: 'high',
  metadata: { run: 'x' },
};

test('what was sent as it came is not lost', () => {
  expect(findLost(BODY, BODY, [])).toEqual([]);
});

test('all is lost of which nothing was sent', () => {
  expect(findLost(BODY, {}, [])).toEqual([
    'messages[0].role: "system"',
    'messages[0].content: "Be brief."',
    'messages[1].role: "user"',
    'messages[1].content[0].text: "Look."',
    'messages[2].tool_calls[0].id: "call_1"',
    'messages[2].tool_calls[0].function.name: "look"',
    'messages[2].tool_calls[0].function.arguments: "{\\"where\\":\\"here\\"}"',
    'messages[3].role: "tool"',
    'messages[3].tool_call_id: "call_1"',
    'messages[3].content: "Dust."',
    'tools[0].function.name: "look"',
    'tools[0].function.description: "Looks."',
    'tools[0].function.strict: true',
    'tools[0].function.parameters.properties.where.type: "string"',
    'tool_choice: "required"',
    'parallel_tool_calls: false',
    'response_format.type: "json_schema"',
    'response_format.json_schema.schema.properties.n.minimum: 3',
    'response_format.json_schema.strict: true',
    'max_tokens: 7',
    'stop[0]: "END"',
    'temperature: 0.2',
    'reasoning_effort: "high"',
    'metadata.run: "x"',
  ]);
});

const without = (field: string): JsonObject => ({ ...BODY, [field]: undefined });

test.each<[string, JsonObject, string[], string[]]>([
  ['a note by its path', without('temperature'), ['dropped temperature: why'], []],
  ['of what it stands in', without('response_format'), ['dropped response_format: why'], []],
  ['of something else', without('temperature'), ['dropped top_p: why'], ['temperature: 0.2']],
  ['a field that nobody knows', BODY, [], ['colour: "red"']],
])('%s', (_, sent, notes, lost) => {
  const asked = lost[0]?.startsWith('colour') === true ? { ...BODY, colour: 'red' } : BODY;
  expect(findLost(asked, sent, notes)).toEqual(lost);
});

test('a tool that a note excuses is the one at that place', () => {
  const other = { type: 'function', function: { name: 'go', description: 'Goes.' } };
  const asked = { ...BODY, tools: [...(BODY.tools as JsonObject[]), other] };
  expect(findLost(asked, BODY, ['dropped tools[1]: why'])).toEqual([]);
  expect(findLost(asked, BODY, ['dropped tools[0]: why'])).toEqual([
    'tools[1].function.name: "go"',
    'tools[1].function.description: "Goes."',
  ]);
});

test('what one side said and another told has changed its role', () => {
  const sent = {
    ...BODY,
    messages: [{ role: 'user', content: 'Be brief.' }, ...(BODY.messages as JsonObject[]).slice(1)],
  };
  expect(findLost(BODY, sent, [])).toEqual(['messages[0].role: "system"']);
  expect(findLost(BODY, sent, ['coerced messages[0]: it became a reminder'])).toEqual([]);
  expect(findLost(BODY, sent, ['repaired messages[0]: it was joined'])).toEqual(['messages[0].role: "system"']);
});

test.each(GENERATING)('of $name most would be missed', ({ capture: { body } }) => {
  const lost = findLost(body, {}, []);
  expect(lost.some((leaf) => /^(messages|input|prompt)/.test(leaf))).toBe(true);
});
