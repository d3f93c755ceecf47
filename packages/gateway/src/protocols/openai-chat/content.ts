/** Content of messages: strings and arrays of parts. */
import { GatewayError } from '../../errors/error.ts';
import { readBase64Url } from '../../ir/data-url.ts';
import { isObject, type Json, type JsonObject } from '../../ir/json.ts';
import type { Note } from '../../ir/note.ts';
import type { MediaPart, Part, TextPart } from '../../ir/request.ts';
import { readCacheMark } from '../../ir/cache-mark.ts';
import { invalid, optionalArray, optionalString, requiredObject, requiredString, unknownFields } from '../validate.ts';

const TEXT_FIELDS = new Set(['type', 'text', 'refusal', 'cache_control']);
const IMAGE_FIELDS = new Set(['type', 'image_url', 'detail', 'cache_control']);
const FILE_FIELDS = new Set(['type', 'file', 'cache_control']);

/**
 * Reads `content`: a string, an array of parts (strings among them), null or absent. An empty string is
 * no part at all.
 * @throws GatewayError `invalid-request` or `unsupported`, naming the field
 */
export function readContent(value: Json | undefined, path: string, notes: Note[]): Part[] {
  if (typeof value === 'string') return value === '' ? [] : [{ kind: 'text', text: value }];
  if (value !== undefined && value !== null && !Array.isArray(value)) {
    throw invalid(path, 'must be a string or an array of content parts');
  }
  return (optionalArray(value, path) ?? []).map((part, index) => readPart(part, `${path}[${index}]`, notes));
}

/** Content that can only be text: of system and developer messages. */
export function readTextContent(value: Json | undefined, path: string, notes: Note[]): TextPart[] {
  return readContent(value, path, notes).map((part, index) => {
    if (part.kind !== 'text') throw invalid(`${path}[${index}].type`, 'must be "text" in a message of this role');
    return part;
  });
}

/** One part of an array of content. A kind that nobody here knows is kept whole. */
export function readPart(value: Json, path: string, notes: Note[]): Part {
  if (typeof value === 'string') return { kind: 'text', text: value };
  const part = requiredObject(value, path);
  const type = typeof part.type === 'string' ? part.type : '';
  switch (type) {
    case 'text':
    case 'input_text':
    case 'output_text':
      return textPart(part, optionalString(part.text, `${path}.text`) ?? '', path, notes);
    case 'refusal': {
      const text = textPart(part, optionalString(part.refusal, `${path}.refusal`) ?? '', path, notes);
      return { ...text, ext: { 'openai-chat': { ...text.ext?.['openai-chat'], refusal: true } } };
    }
    case 'image_url':
    case 'input_image':
      return readImage(part, path, notes);
    case 'file':
      return readFile(part, path, notes);
    case 'input_audio':
      throw new GatewayError(
        'unsupported',
        `"${path}" is audio, which no model on Cortex takes. Send a transcript as text.`,
        { param: path },
      );
    default:
      if (type === '') throw invalid(`${path}.type`, 'must be a string such as "text" or "image_url"');
      return { kind: 'opaque', dialect: 'openai-chat', value: part };
  }
}

function textPart(part: JsonObject, text: string, path: string, notes: Note[]): TextPart {
  const cache = readCacheMark(part.cache_control, `${path}.cache_control`, notes);
  const ext = unknownFields(part, TEXT_FIELDS);
  return {
    kind: 'text',
    text,
    ...(cache === undefined ? {} : { cache }),
    ...(ext === undefined ? {} : { ext: { 'openai-chat': ext } }),
  };
}

function readImage(part: JsonObject, path: string, notes: Note[]): MediaPart {
  // The Responses API has the URL as a plain string, and some clients send that form here.
  const inner = isObject(part.image_url) ? part.image_url : undefined;
  const urlPath = inner === undefined ? `${path}.image_url` : `${path}.image_url.url`;
  const url = requiredString(inner === undefined ? part.image_url : inner.url, urlPath);
  const detail = optionalString(inner?.detail ?? part.detail, `${urlPath.replace(/url$/, '')}detail`);
  const cache = readCacheMark(part.cache_control, `${path}.cache_control`, notes);
  const ext = {
    ...unknownFields(part, IMAGE_FIELDS),
    ...(detail === undefined || detail === 'auto' ? {} : { detail }),
  };
  return {
    kind: 'media',
    ...readSource(url, urlPath),
    ...(cache === undefined ? {} : { cache }),
    ...(Object.keys(ext).length === 0 ? {} : { ext: { 'openai-chat': ext } }),
  };
}

function readSource(url: string, path: string): Pick<MediaPart, 'mime' | 'source'> {
  if (/^https?:\/\//i.test(url)) return { mime: 'image/*', source: { url } };
  const inline = readBase64Url(url);
  if (inline === undefined || inline.base64 === '') {
    throw invalid(path, 'must be an http(s) URL or a data URL like "data:image/png;base64,…"');
  }
  return { mime: inline.mime, source: { base64: inline.base64 } };
}

function readFile(part: JsonObject, path: string, notes: Note[]): MediaPart {
  const file = requiredObject(part.file, `${path}.file`);
  const data = optionalString(file.file_data, `${path}.file.file_data`);
  if (data === undefined) {
    throw new GatewayError(
      'unsupported',
      `"${path}.file" refers to a file that is stored at OpenAI. Send its content in "file_data" as a data URL, or its text.`,
      { param: `${path}.file` },
    );
  }
  const inline = readBase64Url(data);
  if (inline === undefined)
    throw invalid(`${path}.file.file_data`, 'must be a data URL like "data:application/pdf;base64,…"');
  const name = optionalString(file.filename, `${path}.file.filename`);
  const cache = readCacheMark(part.cache_control, `${path}.cache_control`, notes);
  const ext = unknownFields(part, FILE_FIELDS);
  return {
    kind: 'media',
    mime: inline.mime,
    source: { base64: inline.base64 },
    ...(name === undefined ? {} : { name }),
    ...(cache === undefined ? {} : { cache }),
    ...(ext === undefined ? {} : { ext: { 'openai-chat': ext } }),
  };
}
