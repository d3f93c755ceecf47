/** Images, documents and search results of a client's message. */
import { GatewayError } from '../../errors/error.ts';
import { readBase64Url } from '../../ir/data-url.ts';
import { isObject, type Json, type JsonObject } from '../../ir/json.ts';
import type { Note } from '../../ir/note.ts';
import type { MediaPart, Part, TextPart } from '../../ir/request.ts';
import { invalid, optionalString, requiredObject, requiredString } from '../validate.ts';
import { noteUnknownFields } from './field-notes.ts';

const IMAGE_FIELDS = new Set(['type', 'source', 'cache_control']);
const DOCUMENT_FIELDS = new Set(['type', 'source', 'title', 'context', 'citations', 'cache_control']);
const SEARCH_RESULT_FIELDS = new Set(['type', 'source', 'title', 'content', 'citations', 'cache_control']);

/** Reads the blocks inside a block. */
type ReadInner = (value: Json | undefined, path: string) => Part[];

/** @throws GatewayError `invalid-request` or `unsupported`, naming the field */
export function readImage(block: JsonObject, path: string, notes: Note[]): MediaPart {
  noteUnknownFields(block, IMAGE_FIELDS, 'messages[].content[]', notes);
  const source = requiredObject(block.source, `${path}.source`);
  switch (requiredString(source.type, `${path}.source.type`)) {
    case 'base64':
      return {
        kind: 'media',
        mime: requiredString(source.media_type, `${path}.source.media_type`).toLowerCase(),
        source: { base64: requiredString(source.data, `${path}.source.data`) },
      };
    case 'url':
      return readLink(requiredString(source.url, `${path}.source.url`), `${path}.source.url`);
    case 'file':
      throw storedFile(path);
    default:
      throw invalid(`${path}.source.type`, 'must be "base64" or "url"');
  }
}

function readLink(url: string, path: string): MediaPart {
  if (/^https?:\/\//i.test(url)) return { kind: 'media', mime: 'image/*', source: { url } };
  const inline = readBase64Url(url);
  if (inline === undefined) throw invalid(path, 'must be an http(s) URL');
  return { kind: 'media', mime: inline.mime, source: { base64: inline.base64 } };
}

/**
 * Documents that hold text become text, headed by their title and context; a PDF stays a file, which the
 * target may refuse.
 * @throws GatewayError `invalid-request` or `unsupported`, naming the field
 */
export function readDocument(block: JsonObject, path: string, notes: Note[], readInner: ReadInner): Part[] {
  noteUnknownFields(block, DOCUMENT_FIELDS, 'messages[].content[]', notes);
  noteCitations(block, path, notes);
  const title = optionalString(block.title, `${path}.title`);
  const heading = headingOf(title, optionalString(block.context, `${path}.context`));
  const source = requiredObject(block.source, `${path}.source`);
  switch (requiredString(source.type, `${path}.source.type`)) {
    case 'text':
      return [textUnder(heading, requiredString(source.data, `${path}.source.data`))];
    case 'content': {
      const parts = readInner(source.content, `${path}.source.content`);
      return heading === '' ? parts : [{ kind: 'text', text: heading }, ...parts];
    }
    case 'base64':
      return [
        {
          kind: 'media',
          mime: requiredString(source.media_type, `${path}.source.media_type`).toLowerCase(),
          source: { base64: requiredString(source.data, `${path}.source.data`) },
          ...(title === undefined ? {} : { name: title }),
        },
      ];
    case 'file':
      throw storedFile(path);
    default:
      // docs/cortex-quirks.md#document-401
      throw new GatewayError(
        'unsupported',
        `"${path}" is a document behind a link, and Cortex takes no documents. Send its text instead.`,
        { param: `${path}.source` },
      );
  }
}

/** A search result becomes text under its title and address. */
export function readSearchResult(block: JsonObject, path: string, notes: Note[], readInner: ReadInner): TextPart {
  noteUnknownFields(block, SEARCH_RESULT_FIELDS, 'messages[].content[]', notes);
  noteCitations(block, path, notes);
  const title = optionalString(block.title, `${path}.title`);
  const address = optionalString(block.source, `${path}.source`);
  const texts = readInner(block.content, `${path}.content`).flatMap((part) => (part.kind === 'text' ? part.text : []));
  return textUnder(headingOf(title, address), texts.join('\n'));
}

function textUnder(heading: string, text: string): TextPart {
  return { kind: 'text', text: heading === '' ? text : `${heading}\n\n${text}` };
}

function headingOf(title: string | undefined, remark: string | undefined): string {
  return [title, remark].filter((line) => line !== undefined && line !== '').join('\n');
}

function noteCitations({ citations }: JsonObject, path: string, notes: Note[]): void {
  if (!isObject(citations) || citations.enabled !== true) return;
  notes.push({ code: 'dropped', path: `${path}.citations`, because: 'Cortex takes no documents that could be cited' });
}

function storedFile(path: string): GatewayError {
  return new GatewayError(
    'unsupported',
    `"${path}" refers to a file that is stored at Anthropic. Send its content as base64 data, or its text.`,
    { param: `${path}.source` },
  );
}
