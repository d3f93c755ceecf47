import { describe, expect, test } from 'vitest';
import { requestOf } from '../../../test/arbitrary/request.ts';
import { SONNET_4_5 } from '../../../test/messages/claude.ts';
import type { GenerateRequest, Part } from '../../ir/request.ts';
import { writeRequest } from './request.ts';

function write(fields: Partial<GenerateRequest>, capabilities = SONNET_4_5) {
  return writeRequest(requestOf(fields), { model: 'claude-sonnet-4-5', capabilities });
}

const pathsOf = ({ notes }: ReturnType<typeof write>) => notes.map((note) => `${note.code} ${note.path}`);

describe('files', () => {
  const one = (part: Part, capabilities = SONNET_4_5) =>
    write({ turns: [{ role: 'user', parts: [part] }] }, capabilities);

  test('documents are refused by name', () => {
    const pdf: Part = { kind: 'media', mime: 'application/pdf', name: 'spec.pdf', source: { base64: 'JVBERi0=' } };
    expect(() => one(pdf)).toThrow('The file spec.pdf (application/pdf) cannot be sent');
    const block: Part = { kind: 'opaque', dialect: 'anthropic-messages', value: { type: 'document' } };
    expect(() => one(block)).toThrow('Cortex does not take document blocks');
  });

  test('an image that is still a link is refused', () => {
    const link: Part = { kind: 'media', mime: 'image/png', source: { url: 'https://example.com/a.png' } };
    expect(() => one(link)).toThrow('The image https://example.com/a.png is a link');
  });

  test('a link is passed on to who takes links, and a model without eyes is told of it', () => {
    const link: Part = { kind: 'media', mime: 'image/*', source: { url: 'https://example.com/a.png' }, cache: {} };
    const takesLinks = { ...SONNET_4_5, imageUrls: true as const };
    expect(one(link, takesLinks).body.messages).toMatchObject([
      { content: [{ type: 'image', source: { type: 'url', url: 'https://example.com/a.png' }, cache_control: {} }] },
    ]);
    expect(pathsOf(one(link, { ...takesLinks, vision: false }))).toEqual(['dropped turns[0].parts[0]']);
  });

  test('text files are sent as text', () => {
    const file: Part = { kind: 'media', mime: 'text/plain', name: 'a.txt', source: { base64: 'Z3LDvMOfZQ==' } };
    expect(one(file).body.messages).toEqual([
      { role: 'user', content: [{ type: 'text', text: 'File a.txt:\n\ngrüße' }] },
    ]);
  });

  test('a model without eyes is told that there was an image', () => {
    const image: Part = { kind: 'media', mime: 'image/png', source: { base64: 'AAAA' } };
    const written = one(image, { ...SONNET_4_5, vision: false });
    expect(written.body.messages).toMatchObject([
      { content: [{ text: '[An image was here. This model cannot see images.]' }] },
    ]);
    expect(pathsOf(written)).toEqual(['dropped turns[0].parts[0]']);
  });
});
