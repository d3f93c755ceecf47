/**
 * The shape of a Messages body as data: every object is closed, as Anthropic's request schema is, so that a field
 * nobody declared is refused by its path.
 */
import { isObject, type Json, type JsonObject } from '../../ir/json.ts';
import type { Refusal } from '../errors.ts';
import { refuseMessages } from './messages-errors.ts';

type Kind = 'string' | 'number' | 'integer' | 'boolean' | 'object' | 'array' | 'text-or-blocks';

/** A field name that ends in `?` is optional; null counts as absent. */
export type Fields = Record<string, Kind>;

const CACHE = { 'cache_control?': 'object' } as const satisfies Fields;

export const BODY: Fields = {
  model: 'string',
  max_tokens: 'integer',
  messages: 'array',
  ...CACHE,
  'system?': 'text-or-blocks',
  'stop_sequences?': 'array',
  'stream?': 'boolean',
  'temperature?': 'number',
  'top_k?': 'integer',
  'top_p?': 'number',
  'tools?': 'array',
  'tool_choice?': 'object',
  'metadata?': 'object',
  'thinking?': 'object',
  'output_config?': 'object',
};

export const MESSAGE: Fields = { role: 'string', content: 'text-or-blocks' };

export const BLOCKS: Record<string, Fields> = {
  text: { type: 'string', text: 'string', ...CACHE, 'citations?': 'array' },
  image: { type: 'string', source: 'object', ...CACHE },
  document: {
    type: 'string',
    source: 'object',
    ...CACHE,
    'title?': 'string',
    'context?': 'string',
    'citations?': 'object',
  },
  tool_use: { type: 'string', id: 'string', name: 'string', input: 'object', ...CACHE },
  tool_result: {
    type: 'string',
    tool_use_id: 'string',
    ...CACHE,
    'content?': 'text-or-blocks',
    'is_error?': 'boolean',
  },
  thinking: { type: 'string', thinking: 'string', signature: 'string' },
  redacted_thinking: { type: 'string', data: 'string' },
};

/** Blocks that only come with the tool-search beta. */
export const TOOL_REFERENCE: Fields = { type: 'string', tool_name: 'string' };

export const TOOL: Fields = {
  name: 'string',
  input_schema: 'object',
  ...CACHE,
  'type?': 'string',
  'description?': 'string',
};
export const THINKING: Record<string, Fields> = {
  adaptive: { type: 'string', 'display?': 'string' },
  enabled: { type: 'string', budget_tokens: 'integer', 'display?': 'string' },
  disabled: { type: 'string' },
};
export const TOOL_CHOICE: Record<string, Fields> = {
  auto: { type: 'string', 'disable_parallel_tool_use?': 'boolean' },
  any: { type: 'string', 'disable_parallel_tool_use?': 'boolean' },
  tool: { type: 'string', name: 'string', 'disable_parallel_tool_use?': 'boolean' },
  none: { type: 'string' },
};
export const METADATA: Fields = { 'user_id?': 'string' };
export const OUTPUT_CONFIG: Fields = { 'effort?': 'string', 'format?': 'object' };
export const OUTPUT_FORMAT: Record<string, Fields> = { json_schema: { type: 'string', schema: 'object' } };
/** No `url` and no `file`: docs/cortex-quirks.md#image-urls */
export const IMAGE_SOURCE: Record<string, Fields> = {
  base64: { type: 'string', media_type: 'string', data: 'string' },
};

const WANTED: Record<Kind, string> = {
  string: 'a valid string',
  number: 'a valid number',
  integer: 'a valid integer',
  boolean: 'a valid boolean',
  object: 'a valid dictionary',
  array: 'a valid list',
  'text-or-blocks': 'a valid string or list',
};

const IS: Record<Kind, (value: Json) => boolean> = {
  string: (value) => typeof value === 'string',
  number: (value) => typeof value === 'number',
  integer: (value) => Number.isInteger(value),
  boolean: (value) => typeof value === 'boolean',
  object: isObject,
  array: Array.isArray,
  'text-or-blocks': (value) => typeof value === 'string' || Array.isArray(value),
};

/** The first field that is missing, of the wrong kind or undeclared. `path` ends in a dot or is empty. */
export function checkFields(value: JsonObject, fields: Fields, path: string): Refusal | undefined {
  for (const [declared, kind] of Object.entries(fields)) {
    const name = declared.replace('?', '');
    const found = value[name];
    if (found === undefined || found === null) {
      if (name === declared) return refuseMessages('required', { path: path + name });
    } else if (!IS[kind](found)) {
      return refuseMessages('wrong-type', { path: path + name, wanted: WANTED[kind] });
    }
  }
  const stranger = Object.keys(value).find((key) => !(key in fields) && !(`${key}?` in fields));
  return stranger === undefined ? undefined : refuseMessages('extra', { path: path + stranger });
}

/** As `checkFields`, for an object whose `type` decides its fields. The tag is part of the paths, as in `source.base64.data`. */
export function checkTagged(value: Json, variants: Record<string, Fields>, path: string): Refusal | undefined {
  if (!isObject(value)) return refuseMessages('wrong-type', { path, wanted: WANTED.object });
  if (typeof value.type !== 'string') return refuseMessages('required', { path: `${path}.type` });
  const fields = Object.hasOwn(variants, value.type) ? variants[value.type] : undefined;
  if (fields !== undefined) return checkFields(value, fields, `${path}.${value.type}.`);
  const wanted = Object.keys(variants)
    .map((tag) => `'${tag}'`)
    .join(', ');
  return refuseMessages('wrong-tag', { path, tag: value.type, wanted });
}
