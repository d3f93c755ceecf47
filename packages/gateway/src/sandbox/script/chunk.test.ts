import fc from 'fast-check';
import { expect, test } from 'vitest';
import { chunkText } from './chunk.ts';

test('a word is a piece, white space goes with it', () => {
  expect(chunkText('one two\nthree')).toEqual(['one ', 'two\n', 'three']);
  expect(chunkText('')).toEqual([]);
  expect(chunkText('word '.repeat(200).trimEnd())).toHaveLength(200);
});

test('pieces join to the text and split no character', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
      const pieces = chunkText(text);
      expect(pieces.join('')).toBe(text);
      for (const piece of pieces) expect(Buffer.from(piece).toString()).toBe(piece);
    }),
  );
});
