import { expect, test } from 'vitest';
import { captureOf, MESSAGES_CAPTURES } from '../../../test/support/messages-captures.ts';
import type { JsonObject } from '../../ir/json.ts';
import { countTokens, estimateTokens } from './count-tokens.ts';

const ask = (content: unknown, more: JsonObject = {}): number =>
  estimateTokens({ model: 'm', messages: [{ role: 'user', content: content as string }], ...more });

test('what Claude Code counts first', () => {
  expect(estimateTokens(captureOf('claude-code-context-foo').body)).toBe(7);
  expect(estimateTokens({ model: 'm', messages: [], tools: [] })).toBe(1);
});

test.each<[JsonObject, string]>([
  [{}, 'messages'],
  [{ model: 'm', messages: 'hi' }, 'messages'],
  [{ model: 5, messages: [] }, 'model'],
  [{ messages: [], tools: {} }, 'tools'],
])('%j has nothing to count, and the field is named', (body, param) => {
  expect(() => countTokens(body)).toThrow(expect.objectContaining({ kind: 'invalid-request' }));
  expect(() => countTokens(body)).toThrow(`"${param}" must be`);
});

test.each(MESSAGES_CAPTURES)(
  '$name: more than a token for four characters of all its texts, far less than one for each',
  ({ body }) => {
    const characters = charactersOf([body.system, body.messages, body.tools]);
    expect(estimateTokens(body)).toBeGreaterThan(characters / 4);
    expect(estimateTokens(body)).toBeLessThan(characters + 2_500);
  },
);

test('every kind of content counts', () => {
  const words = 'x'.repeat(3_000);
  expect(ask(words)).toBe(1_006);
  expect(
    ask([
      { type: 'text', text: words },
      { type: 'text', text: words },
    ]),
  ).toBe(2_006);
  expect(ask([{ type: 'tool_result', tool_use_id: 't', content: [{ type: 'text', text: words }] }])).toBeGreaterThan(
    1_000,
  );
  expect(ask([{ type: 'tool_use', id: 't', name: 'f', input: { a: words } }])).toBeGreaterThan(1_200);
  expect(ask([{ type: 'thinking', thinking: words, signature: words }])).toBe(1_014);
  expect(ask([{ type: 'brand_new', words }])).toBeGreaterThan(1_200);
  expect(ask('hi', { system: words })).toBeGreaterThan(1_000);
  expect(ask('日本語の文章')).toBe(15);
});

test('tools cost their definitions and what offering any adds', () => {
  const tool = { name: 'f', description: 'd'.repeat(250), input_schema: { type: 'object' } };
  expect(ask('hi', { tools: [tool] }) - ask('hi')).toBeGreaterThan(650);
  expect(ask('hi', { tools: [tool, tool] }) - ask('hi', { tools: [tool] })).toBeGreaterThan(100);
});

test('images by their area, or about what the largest of older models cost', () => {
  const header = Buffer.from('iVBORw0KGgoAAAANSUhEUg==', 'base64').subarray(0, 16);
  const png = (width: number, height: number) => {
    const size = Buffer.alloc(8);
    size.writeUInt32BE(width, 0);
    size.writeUInt32BE(height, 4);
    return {
      type: 'image',
      source: { type: 'base64', media_type: 'image/png', data: Buffer.concat([header, size]).toString('base64') },
    };
  };
  expect(ask([png(750, 100)])).toBe(114);
  expect(ask([png(4_000, 4_000)])).toBe(4_814);
  expect(ask([{ type: 'image', source: { type: 'base64', media_type: 'image/jpeg', data: '/9j/4AAQ' } }])).toBe(1_614);
  expect(ask([{ type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'iVBORw0KGgo!' } }])).toBe(
    1_614,
  );
});

test('documents by their text or their pages', () => {
  expect(ask([{ type: 'document', source: { type: 'text', data: 'x'.repeat(300) } }])).toBe(114);
  expect(ask([{ type: 'document', source: { type: 'base64', data: 'x'.repeat(100_000) } }])).toBe(6_014);
});

test('nonsense counts as little as it can', () => {
  expect(estimateTokens({ messages: 'x', tools: 7, system: [null, 3] })).toBe(1);
  expect(ask(null)).toBe(6);
});

function charactersOf(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return 0;
  // Images are not counted by their length.
  const entries = Object.entries(value).filter(([key]) => key !== 'data' && key !== 'signature');
  return entries.reduce((sum, [, each]) => sum + charactersOf(each), 0);
}
