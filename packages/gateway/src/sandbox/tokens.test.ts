import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Prompt } from './prompt.ts';
import { countPrompt, countTokens, takeTokens } from './tokens.ts';

test('four bytes are a token', () => {
  expect(countTokens('')).toBe(0);
  expect(countTokens('word')).toBe(1);
  expect(countTokens('words')).toBe(2);
  expect(countTokens('日本')).toBe(2);
});

test('what is taken costs no more than allowed, begins the text and splits no character', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 100 }), fc.nat({ max: 40 }), (text, tokens) => {
      const taken = takeTokens(text, tokens);
      expect(text.startsWith(taken)).toBe(true);
      expect(countTokens(taken)).toBeLessThanOrEqual(tokens);
      expect(taken === text).toBe(countTokens(text) <= tokens);
    }),
  );
});

const question: Prompt = {
  model: 'claude-sonnet-4-6',
  messages: [
    { role: 'user', text: 'What is 2 + 2? Reply with just the number.', images: 0, calls: [], cacheMark: false },
  ],
  tools: [],
  thinks: false,
  maxTokens: 100,
  stop: [],
};

test('comes near what was recorded', () => {
  expect(countPrompt(question)).toBe(22);
  const tool = { name: 'get_weather', definition: 'x'.repeat(160), schema: {}, cacheMark: false };
  expect(countPrompt({ ...question, tools: [tool] })).toBe(562);
});

test('an image has a fixed price', () => {
  const [message] = question.messages;
  expect(countPrompt({ ...question, messages: [{ ...message!, images: 2 }] })).toBe(22 + 3_200);
});
