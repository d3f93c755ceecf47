import { expect, test } from 'vitest';
import { signThought, verifyThought } from './signature.ts';

const MODEL = 'claude-sonnet-4-6';
const signature = signThought(MODEL, 'Let me think.');

test('looks like one of Bedrock and is the same every time', () => {
  expect(signature).toMatch(/^EvAB[A-Za-z0-9+/]+=*$/);
  expect(signThought(MODEL, 'Let me think.')).toBe(signature);
});

test.each([
  ['its own thought', MODEL, 'Let me think.', true],
  ['its own thought whose words were omitted', MODEL, '', true],
  ['altered words', MODEL, 'Let me think!', false],
  ['another model', 'claude-opus-4-6', 'Let me think.', false],
  ['another model, words omitted', 'claude-opus-4-6', '', false],
])('%s', (_name, model, text, good) => {
  expect(verifyThought(model, text, signature)).toBe(good);
});

test.each(['', 'EvABCmcIDxABGAIq', 'not base64 at all', signThought('claude-opus-4-6', 'x').slice(0, -4)])(
  'refuses the stranger "%s"',
  (stranger) => {
    expect(verifyThought(MODEL, 'Let me think.', stranger)).toBe(false);
  },
);
