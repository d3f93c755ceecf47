import { expect, it } from 'vitest';
import { outlineObject } from '../kit/json-span.ts';
import { promptSize } from './prompt-size.ts';

const sizeOf = (body: unknown, indent?: number) => {
  const bytes = Buffer.from(JSON.stringify(body, null, indent));
  return promptSize(bytes, outlineObject(bytes).longStrings);
};
const said = (content: unknown) => ({ messages: [{ role: 'user', content }] });

it('a quarter of the bytes, but for the data of files, which count alike whatever their size', () => {
  const text = 'word '.repeat(2_000);
  const picture = 'A'.repeat(1_000_000);
  const plain = sizeOf(said(text));
  expect(plain).toBeGreaterThan(2_500);
  expect(plain).toBeLessThan(2_520);
  const forms = [
    { type: 'image_url', image_url: { url: `data:image/png;base64,${picture}` } },
    { type: 'image', source: { type: 'base64', media_type: 'image/png', data: picture } },
  ];
  for (const form of forms) {
    for (const indent of [0, 2]) {
      const size = sizeOf(said([form]), indent);
      expect(size).toBeGreaterThan(1_600);
      expect(size).toBeLessThan(1_720);
    }
  }
});

it('a file that stands in the middle of a text is text to the model', () => {
  expect(sizeOf(said(`![](data:image/png;base64,${'A'.repeat(8_000)})`))).toBeGreaterThan(2_000);
});
