import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Seal } from '../../ir/seal.ts';
import { readSealed, writeSealed } from './sealed.ts';

const seal = fc.record({
  issuer: fc.constantFrom<Seal['issuer']>('anthropic', 'openai'),
  form: fc.constantFrom<Seal['form']>('signature', 'redacted', 'encrypted'),
  data: fc.string({ minLength: 1, unit: 'grapheme' }),
});

test('a thought comes back as it was sealed', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), seal, (text, given) => {
      const sealed = writeSealed({ text, seal: given });
      expect(sealed).toMatch(/^couloir1\.[\w-]+$/);
      expect(readSealed(sealed)).toEqual({ kind: 'thinking', text, seal: given });
    }),
  );
});

test('a long thought is sealed too', () => {
  const text = 'é'.repeat(500_000);
  const given: Seal = { issuer: 'anthropic', form: 'signature', data: 's' };
  expect(readSealed(writeSealed({ text, seal: given }))?.text).toBe(text);
});

test.each([
  ['of another vendor', 'gAAAAABpz'],
  ['of no base64', 'couloir1.*'],
  ['of no JSON', `couloir1.${btoa('{')}`],
  ['of no UTF-8', `couloir1.${btoa('"\u00ff"')}`],
  ['of no object', `couloir1.${btoa('[]')}`],
  ['without data', `couloir1.${btoa('{"issuer":"openai","form":"encrypted","data":"","text":""}')}`],
  ['of an unknown issuer', `couloir1.${btoa('{"issuer":"x","form":"encrypted","data":"a","text":""}')}`],
  ['of an unknown form', `couloir1.${btoa('{"issuer":"openai","form":"x","data":"a","text":""}')}`],
  ['of endless length', `couloir1.${'A'.repeat(9 * 1024 * 1024)}`],
])('a seal %s is none of ours', (_, value) => {
  expect(readSealed(value)).toBeUndefined();
});

test('whatever a client sends in its place, reading it does no harm', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.base64String().map((text) => `couloir1.${text}`),
      ),
      (value) => {
        expect(readSealed(value)).toBeUndefined();
      },
    ),
  );
});
