import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { SAMPLES } from '../../../test/cursor/samples.ts';
import { readFixture } from '../../../test/support/chat-answers.ts';
import type { JsonObject } from '../../ir/json.ts';
import { outlineObject } from '../../kit/json-span.ts';
import { sniffCursor } from './sniff.ts';

function sniff(body: JsonObject | string): boolean {
  const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify({ model: 'm', ...body }));
  return sniffCursor(bytes, outlineObject(bytes).spans);
}

const USER = { role: 'user', content: 'hi' };
const nested = { type: 'function', function: { name: 'f', parameters: { type: 'object' } } };

describe('a plain chat completion stays one', () => {
  const files = readdirSync(new URL('../../../../../fixtures/openai-chat', import.meta.url));
  test.each(files.filter((name) => name.endsWith('.json')))('%s', (name) => {
    expect(sniff(readFixture(`openai-chat/${name}`))).toBe(false);
  });

  test.each<[string, JsonObject]>([
    ['nothing but text', { messages: [USER] }],
    ['nested tools', { messages: [USER], tools: [nested, nested], tool_choice: 'auto' }],
    ['nested custom tools', { messages: [USER], tools: [nested, { type: 'custom', custom: { name: 'sh' } }] }],
    [
      'custom as a word of a schema',
      {
        messages: [USER],
        tools: [{ type: 'function', function: { name: 'f', parameters: { enum: ['custom', 'function'] } } }],
      },
    ],
    [
      'a parameter called input_schema',
      {
        messages: [USER],
        tools: [
          { type: 'function', function: { name: 'f', parameters: { properties: { input_schema: {}, function: {} } } } },
        ],
      },
    ],
    ['tools of OpenAI servers', { messages: [USER], tools: [{ type: 'web_search' }] }],
    [
      'a choice of chat',
      { messages: [USER], tools: [nested], tool_choice: { type: 'function', function: { name: 'f' } } },
    ],
    [
      'text that quotes blocks',
      { messages: [{ role: 'user', content: '{"type":"tool_use"} "tool_result" "call_id"' }] },
    ],
    [
      'block names as whole texts',
      {
        messages: [
          { role: 'user', content: 'tool_use' },
          { role: 'user', content: 'image' },
        ],
      },
    ],
    ['chat results', { messages: [{ role: 'tool', tool_call_id: 'x', content: 'tool_use_id' }] }],
    ['an input beside messages', { messages: [USER], input: 'x' }],
    ['null in the place of others', { messages: [USER], input: null, system: null, tools: null, tool_choice: null }],
    [
      'thoughts as LiteLLM writes them',
      { messages: [{ role: 'assistant', content: [{ type: 'thinking', thinking: 'x', signature: 's' }] }] },
    ],
    ['no messages at all', {}],
  ])('%s', (_, body) => {
    expect(sniff(body)).toBe(false);
  });
});

describe('Cursor', () => {
  const PLAIN = /^2025-|chat-custom|followup|verify/;
  test.each(SAMPLES)('%s', (name, body) => {
    expect(sniff(body)).toBe(!PLAIN.test(name));
  });

  test.each<[string, JsonObject]>([
    ['input as a string', { input: 'hi' }],
    ['input beside empty messages', { input: [USER], messages: [] }],
    ['a system prompt', { messages: [USER], system: 'x' }],
    ['an object for auto', { messages: [USER], tools: [nested], tool_choice: { type: 'auto' } }],
    ['an object that names a tool', { messages: [USER], tools: [nested], tool_choice: { type: 'tool', name: 'f' } }],
    [
      'a flat custom tool among functions',
      { messages: [USER], tools: [nested, { type: 'custom', name: 'ApplyPatch' }] },
    ],
    ['a flat function among functions', { messages: [USER], tools: [nested, { type: 'function', name: 'g' }] }],
    ['a flat function without a type', { messages: [USER], tools: [{ name: 'g', parameters: {} }] }],
    ['a Messages tool', { messages: [USER], tools: [nested, { name: 'g', input_schema: { type: 'object' } }] }],
    [
      'a call beside tool_calls',
      {
        messages: [
          { role: 'assistant', content: [{ type: 'tool_use', id: 'a', name: 'f', input: {} }], tool_calls: [] },
        ],
      },
    ],
    ['a result', { messages: [{ role: 'user', content: [{ type: 'tool_result', tool_use_id: 'a', content: 'x' }] }] }],
    [
      'an image',
      {
        messages: [
          {
            role: 'user',
            content: [{ type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AA==' } }],
          },
        ],
      },
    ],
    ['a part of the Responses API', { messages: [{ role: 'user', content: [{ type: 'input_text', text: 'x' }] }] }],
    ['an item among messages', { messages: [USER, { type: 'function_call_output', call_id: 'a', output: 'x' }] }],
  ])('%s', (_, body) => {
    expect(sniff(body)).toBe(true);
  });

  test('however the JSON is spaced', () => {
    expect(sniff('{"model":"m","messages":[],"tools":[ { "type" : "function" , "name" : "f" } ]}')).toBe(true);
    expect(sniff('{"model":"m","messages":[],"tools":[{"type":"function","function" : {"name":"f"}}]}')).toBe(false);
  });

  test('a suspicious part that is no JSON is refused', () => {
    expect(() => sniff('{"model":"m","tools":[{"input_schema" oops}]}')).toThrow(/not valid JSON/);
  });
});
