import { isObject, type Json, type JsonObject } from '../../ir/json.ts';
import type { Refusal } from '../errors.ts';
import type { Switches } from '../switches.ts';
import {
  BLOCKS,
  BODY,
  checkFields,
  checkTagged,
  IMAGE_SOURCE,
  MESSAGE,
  METADATA,
  OUTPUT_CONFIG,
  OUTPUT_FORMAT,
  THINKING,
  TOOL,
  TOOL_CHOICE,
  TOOL_REFERENCE,
} from './fields.ts';
import { refuseMessages } from './messages-errors.ts';
import { stringOf } from './messages-request.ts';
import { firstRefusal, type ShapeRule } from './rule.ts';

const TOOL_NAME = '^[a-zA-Z0-9_-]{1,128}$';
const CALL_ID = '^[a-zA-Z0-9_-]+$';
const PROPERTY_NAME = '^[a-zA-Z0-9_.-]{1,64}$';
const MEDIA_TYPES = ['image/jpeg', 'image/png', 'image/gif', 'image/webp'];
const DISPLAYS = ['summarized', 'omitted'];
const EFFORTS = ['low', 'medium', 'high', 'xhigh', 'max'];

/** The first thing in the body that Anthropic's closed request schema does not allow. */
export function checkShape(body: JsonObject, betas: ReadonlySet<string>, switches: Switches): Refusal | undefined {
  return firstRefusal(SHAPE_RULES, (rule) => rule(body, betas, switches));
}

const SHAPE_RULES: readonly ShapeRule[] = [
  (body, betas) =>
    checkFields(
      body,
      betas.has('context-management-2025-06-27') ? { ...BODY, 'context_management?': 'object' } : BODY,
      '',
    ),
  (body) => (Number(body.max_tokens) < 1 ? refuseMessages('max-tokens-minimum') : undefined),
  (body) => (Array.isArray(body.messages) && body.messages.length === 0 ? refuseMessages('no-messages') : undefined),
  (body, betas, switches) =>
    checkEach(body.messages, (message, index) => checkMessage(message, `messages.${index}`, betas, switches)),
  (body, betas, switches) => checkBlocks(body.system, 'system', pick('text'), betas, switches),
  (body, betas, switches) => checkEach(body.tools, (tool, index) => checkTool(tool, `tools.${index}`, betas, switches)),
  (body, _betas, switches) => checkCacheControl(body, '', switches),
  (body) => checkOptional(body.tool_choice, (value) => checkTagged(value, TOOL_CHOICE, 'tool_choice')),
  (body) => checkOptional(body.thinking, checkThinking),
  (body) => checkOptional(body.metadata, (value) => checkFields(value, METADATA, 'metadata.')),
  (body) => checkOptional(body.output_config, checkOutputConfig),
  (body) =>
    checkEach(body.stop_sequences, (sequence, index) =>
      typeof sequence === 'string'
        ? undefined
        : refuseMessages('wrong-type', { path: `stop_sequences.${index}`, wanted: 'a valid string' }),
    ),
];

function checkMessage(
  message: Json,
  path: string,
  betas: ReadonlySet<string>,
  switches: Switches,
): Refusal | undefined {
  if (!isObject(message)) return refuseMessages('wrong-type', { path, wanted: 'a valid dictionary' });
  // docs/cortex-quirks.md#no-system-role-in-messages
  if (message.role === 'system') return refuseMessages('system-role');
  const problem = checkFields(message, MESSAGE, `${path}.`);
  if (problem !== undefined) return problem;
  if (message.role !== 'user' && message.role !== 'assistant') {
    return refuseMessages('wrong-type', { path: `${path}.role`, wanted: "'user' or 'assistant'" });
  }
  return checkBlocks(message.content, `${path}.content`, BLOCKS, betas, switches);
}

function checkBlocks(
  content: Json | undefined,
  path: string,
  allowed: typeof BLOCKS,
  betas: ReadonlySet<string>,
  switches: Switches,
): Refusal | undefined {
  return checkEach(content, (block, index) => {
    const at = `${path}.${index}`;
    const problem = checkTagged(block, allowed, at);
    if (problem !== undefined || !isObject(block)) return problem;
    const tag = `${at}.${stringOf(block.type)}`;
    return checkCacheControl(block, `${tag}.`, switches) ?? checkInside(block, tag, betas, switches);
  });
}

function checkInside(
  block: JsonObject,
  tag: string,
  betas: ReadonlySet<string>,
  switches: Switches,
): Refusal | undefined {
  switch (stringOf(block.type)) {
    case 'image':
      return checkImage(block.source!, `${tag}.source`);
    case 'tool_use':
      return checkPattern(block.id, CALL_ID, `${tag}.id`);
    case 'tool_result': {
      const nested = {
        ...pick('text', 'image', 'document'),
        ...(toolSearch(betas) && { tool_reference: TOOL_REFERENCE }),
      };
      return (
        checkPattern(block.tool_use_id, CALL_ID, `${tag}.tool_use_id`) ??
        checkBlocks(block.content, `${tag}.content`, nested, betas, switches)
      );
    }
    default:
      return undefined;
  }
}

function checkImage(source: Json, path: string): Refusal | undefined {
  const problem = checkTagged(source, IMAGE_SOURCE, path);
  if (problem !== undefined || !isObject(source)) return problem;
  if (!MEDIA_TYPES.includes(stringOf(source.media_type))) {
    const wanted = "'image/jpeg', 'image/png', 'image/gif' or 'image/webp'";
    return refuseMessages('wrong-type', { path: `${path}.base64.media_type`, wanted });
  }
  const legible = /^[A-Za-z0-9+/]+={0,2}$/.test(stringOf(source.data));
  return legible ? undefined : refuseMessages('image-data', { path: `${path}.base64.data` });
}

/** Paths say `custom` although clients leave the type out: docs/cortex-quirks.md#tool-keys */
function checkTool(tool: Json, path: string, betas: ReadonlySet<string>, switches: Switches): Refusal | undefined {
  if (!isObject(tool)) return refuseMessages('wrong-type', { path, wanted: 'a valid dictionary' });
  if (typeof tool.type === 'string' && tool.type !== 'custom') {
    return refuseMessages('wrong-tag', { path, tag: tool.type, wanted: "'custom'" });
  }
  const at = `${path}.custom.`;
  const fields = {
    ...TOOL,
    ...(toolSearch(betas) && ({ 'defer_loading?': 'boolean' } as const)),
    ...(betas.has('tool-examples-2025-10-29') && ({ 'input_examples?': 'array' } as const)),
  };
  return (
    checkFields(tool, fields, at) ??
    checkPattern(tool.name, TOOL_NAME, `${at}name`) ??
    checkCacheControl(tool, at, switches) ??
    checkOptional(tool.input_schema, (schema) => checkInputSchema(schema, `${at}input_schema`, switches))
  );
}

function checkInputSchema(schema: JsonObject, path: string, switches: Switches): Refusal | undefined {
  if (schema.type === undefined) return refuseMessages('required', { path: `${path}.type` });
  if (schema.type !== 'object') return refuseMessages('wrong-type', { path: `${path}.type`, wanted: "'object'" });
  if (schema.$schema !== undefined && switches.schemaKeyword === 'refuse') {
    return refuseMessages('extra', { path: `${path}.$schema` });
  }
  if (['oneOf', 'allOf', 'anyOf'].some((keyword) => schema[keyword] !== undefined)) {
    return refuseMessages('schema-combinator', { path });
  }
  const names = isObject(schema.properties) ? Object.keys(schema.properties) : [];
  return firstRefusal(names, (name) => checkPattern(name, PROPERTY_NAME, `${path}.properties`));
}

function checkCacheControl(holder: JsonObject, path: string, switches: Switches): Refusal | undefined {
  return checkOptional(holder.cache_control, (mark) => {
    const allowed = { ephemeral: { type: 'string', 'ttl?': 'string' } } as const;
    const problem = checkTagged(mark, allowed, `${path}cache_control`);
    if (problem !== undefined) return problem;
    // docs/cortex-quirks.md#cache-five-minutes
    const long = typeof mark.ttl === 'string' && mark.ttl !== '5m';
    const known = mark.ttl === '1h' && switches.ttl1h === 'accept';
    return long && !known ? refuseMessages('extra', { path: `${path}cache_control.ephemeral.ttl` }) : undefined;
  });
}

function checkThinking(thinking: JsonObject): Refusal | undefined {
  const problem = checkTagged(thinking, THINKING, 'thinking');
  if (problem !== undefined || typeof thinking.display !== 'string' || DISPLAYS.includes(thinking.display))
    return problem;
  const path = `thinking.${stringOf(thinking.type)}.display`;
  return refuseMessages('wrong-type', { path, wanted: "'summarized' or 'omitted'" });
}

function checkOutputConfig(config: JsonObject): Refusal | undefined {
  const problem = checkFields(config, OUTPUT_CONFIG, 'output_config.');
  if (problem !== undefined) return problem;
  if (typeof config.effort === 'string' && !EFFORTS.includes(config.effort)) {
    const wanted = "'low', 'medium', 'high', 'xhigh' or 'max'";
    return refuseMessages('wrong-type', { path: 'output_config.effort', wanted });
  }
  return checkOptional(config.format, (format) => checkTagged(format, OUTPUT_FORMAT, 'output_config.format'));
}

function checkEach(
  list: Json | undefined,
  check: (item: Json, index: number) => Refusal | undefined,
): Refusal | undefined {
  return Array.isArray(list) ? firstRefusal(list, check) : undefined;
}

function checkOptional(
  value: Json | undefined,
  check: (value: JsonObject) => Refusal | undefined,
): Refusal | undefined {
  return isObject(value) ? check(value) : undefined;
}

function checkPattern(value: Json | undefined, pattern: string, path: string): Refusal | undefined {
  return new RegExp(pattern).test(stringOf(value)) ? undefined : refuseMessages('pattern', { path, pattern });
}

function pick(...types: string[]): typeof BLOCKS {
  return Object.fromEntries(types.map((type) => [type, BLOCKS[type]!]));
}

function toolSearch(betas: ReadonlySet<string>): boolean {
  return betas.has('tool-search-tool-2025-10-19');
}
