/** Content of messages and of tool outputs: strings and arrays of parts. */
import { GatewayError } from '../../errors/error.ts';
import { isObject, type Json, type JsonObject } from '../../ir/json.ts';
import type { CacheMark, Ext, MediaPart, Part, TextPart } from '../../ir/request.ts';
import { invalid, optionalString, requiredObject, requiredString, unknownFields } from '../validate.ts';
import { isText, readDataUrl, tellFile } from './data-url.ts';

const TEXT_FIELDS = new Set(['type', 'text', 'refusal', 'prompt_cache_breakpoint']);
const IMAGE_FIELDS = new Set(['type', 'image_url', 'file_id', 'detail', 'prompt_cache_breakpoint']);
const FILE_FIELDS = new Set(['type', 'file_data', 'file_url', 'file_id', 'filename', 'prompt_cache_breakpoint']);

/**
 * Reads `content` or `output`: a string, an array of parts (strings among them), null or absent. An
 * empty string is no part at all.
 * @throws GatewayError `invalid-request` or `unsupported`, naming the field
 */
export function readContent(value: Json | undefined, path: string): Part[] {
  if (value === undefined || value === null || value === '') return [];
  if (typeof value === 'string') return [{ kind: 'text', text: value }];
  if (!Array.isArray(value)) throw invalid(path, 'must be a string or an array of content parts');
  return value.map((part, index) => readPart(part, `${path}[${index}]`));
}

/** Content that can only be text: of system and developer messages. */
export function readTextContent(value: Json | undefined, path: string): TextPart[] {
  return readContent(value, path).map((part, index) => {
    if (part.kind !== 'text') throw invalid(`${path}[${index}].type`, 'must be "input_text" in a message of this role');
    return part;
  });
}

function readPart(value: Json, path: string): Part {
  if (typeof value === 'string') return { kind: 'text', text: value };
  const part = requiredObject(value, path);
  switch (requiredString(part.type, `${path}.type`)) {
    case 'input_text':
    case 'output_text':
    case 'summary_text':
    case 'text':
      return readText(part, part.text, `${path}.text`, {});
    case 'refusal':
      return readText(part, part.refusal, `${path}.refusal`, { refusal: true });
    case 'input_image':
    case 'image_url':
      return readImage(part, path);
    case 'input_file':
      return readFile(part, path);
    case 'input_audio':
      throw new GatewayError(
        'unsupported',
        `"${path}" is audio, which no model on Cortex takes. Send a transcript as text.`,
        { param: path },
      );
    default:
      return { kind: 'opaque', dialect: 'openai-responses', value: part };
  }
}

function readText(part: JsonObject, text: Json | undefined, path: string, marks: JsonObject): TextPart {
  return {
    kind: 'text',
    text: optionalString(text, path) ?? '',
    ...readBreakpoint(part),
    ...extOf({ ...withoutEmptyLists(unknownFields(part, TEXT_FIELDS)), ...marks }),
  };
}

function readImage(part: JsonObject, path: string): MediaPart {
  if (part.image_url === undefined || part.image_url === null) {
    throw stored(path, 'an image', 'its URL or its content as a data URL in "image_url"');
  }
  // Chat completions have the URL in an object, and some clients send that form here.
  const inner = isObject(part.image_url) ? part.image_url : undefined;
  const urlPath = inner === undefined ? `${path}.image_url` : `${path}.image_url.url`;
  const url = requiredString(inner === undefined ? part.image_url : inner.url, urlPath);
  const detail = optionalString(part.detail ?? inner?.detail, `${path}.detail`);
  return {
    kind: 'media',
    ...readImageUrl(url, urlPath),
    ...readBreakpoint(part),
    ...extOfImage(unknownFields(part, IMAGE_FIELDS) ?? {}, detail),
  };
}

function readImageUrl(url: string, path: string): Pick<MediaPart, 'mime' | 'source'> {
  if (/^https?:\/\//i.test(url)) return { mime: 'image/*', source: { url } };
  const { mime, data, isBase64 } = readDataUrl(
    url,
    path,
    'an http(s) URL or a data URL like "data:image/png;base64,…"',
  );
  if (!isBase64) throw invalid(path, 'must hold its image as base64, like "data:image/png;base64,…"');
  return { mime, source: { base64: data } };
}

/** Under chat's name where chat completions have the word, too, because the one upstream that knows details is a chat one. */
function extOfImage(fields: JsonObject, detail: string | undefined): { ext?: Ext } {
  if (detail === undefined || detail === 'auto') return extOf(fields);
  if (detail !== 'low' && detail !== 'high') return extOf({ ...fields, detail });
  return { ext: { ...extOf(fields).ext, 'openai-chat': { detail } } };
}

/** A file with words in it is told as those words; any other stays a file, which the model may refuse. */
function readFile(part: JsonObject, path: string): MediaPart | TextPart {
  const url = optionalString(part.file_data, `${path}.file_data`);
  const name = optionalString(part.filename, `${path}.filename`);
  if (url === undefined) throw stored(path, 'a file', '"file_data" as a data URL, or its text');
  const file = readDataUrl(url, `${path}.file_data`, 'a data URL like "data:application/pdf;base64,…"');
  const rest = { ...readBreakpoint(part), ...extOf(unknownFields(part, FILE_FIELDS) ?? {}) };
  if (isText(file)) return { kind: 'text', text: tellFile(file, name, `${path}.file_data`), ...rest };
  if (!file.isBase64) throw invalid(`${path}.file_data`, 'must hold its file as base64');
  return {
    kind: 'media',
    mime: file.mime,
    source: { base64: file.data },
    ...(name === undefined ? {} : { name }),
    ...rest,
  };
}

/** What is kept at OpenAI, or behind a URL that only OpenAI would fetch. */
function stored(path: string, what: string, instead: string): GatewayError {
  return new GatewayError('unsupported', `"${path}" refers to ${what} that is not in the request. Send ${instead}.`, {
    param: path,
  });
}

/** An explicit end of a prefix worth caching. */
function readBreakpoint(part: JsonObject): { cache?: CacheMark } {
  return isObject(part.prompt_cache_breakpoint) ? { cache: {} } : {};
}

/** `annotations: []` and `logprobs: []` are what every answer carries and every client echoes. */
function withoutEmptyLists(fields: JsonObject | undefined): JsonObject {
  const kept = Object.entries(fields ?? {}).filter(([, value]) => !Array.isArray(value) || value.length > 0);
  return Object.fromEntries(kept);
}

function extOf(fields: JsonObject): { ext?: Ext } {
  return Object.keys(fields).length === 0 ? {} : { ext: { 'openai-responses': fields } };
}
