/** The request body, in any mixture of three protocols, JSON → IR. */
import { isObject, type JsonObject } from '../../ir/json.ts';
import type { Note } from '../../ir/note.ts';
import { MOST_CHOICES, type Ext, type GenerateRequest } from '../../ir/request.ts';
import { readSampling } from '../openai-chat/request.ts';
import {
  optionalBoolean,
  optionalNumber,
  optionalObject,
  optionalString,
  requiredString,
  unknownFields,
} from '../validate.ts';
import { reviveFreeformCalls } from './freeform-calls.ts';
import { readConversation } from './messages.ts';
import { readLimits, readOutput, readReasoning } from './options.ts';
import { isMessagesShaped } from './shape.ts';
import { readTooling } from './tooling.ts';

/** What the IR has a place for, or this reader sees to; everything else travels in `ext`. */
const TYPED = new Set([
  'model',
  'messages',
  'input',
  'system',
  'instructions',
  'tools',
  'tool_choice',
  'functions',
  'function_call',
  'parallel_tool_calls',
  'response_format',
  'text',
  'output_config',
  'output_format',
  'max_tokens',
  'max_completion_tokens',
  'max_output_tokens',
  'stop',
  'stop_sequences',
  'temperature',
  'top_p',
  'top_k',
  'seed',
  'reasoning_effort',
  'reasoning',
  'thinking',
  'n',
  'stream',
  'stream_options',
  'user',
  'anthropic_version',
  'previous_response_id',
]);

/**
 * Reads what Cursor posts to the chat path: chat completions, Responses and Messages bodies, and bodies
 * that mix them, message by message and tool by tool.
 * @throws GatewayError `invalid-request` or `unsupported`, naming the field
 */
export function readRequest(body: JsonObject): { request: GenerateRequest; notes: Note[] } {
  const notes: Note[] = [];
  optionalObject(body.stream_options, 'stream_options');
  const { system, turns } = readConversation(body, notes);
  const tooling = readTooling(body, notes);
  const reasoning = readReasoning(body, notes);
  const { output, own } = readOutput(body, notes);
  const endUser = optionalString(body.user, 'user');
  notePrevious(body, notes);
  noteMetadata(body, notes);
  const request: GenerateRequest = {
    model: requiredString(body.model, 'model'),
    system,
    turns: reviveFreeformCalls(turns, tooling.tools, notes),
    ...tooling,
    ...(output === undefined ? {} : { output }),
    limits: readLimits(body, notes),
    sampling: readSampling(body),
    ...(reasoning === undefined ? {} : { reasoning }),
    choices: optionalNumber(body.n, 'n', { least: 1, most: MOST_CHOICES, whole: true }) ?? 1,
    stream: optionalBoolean(body.stream, 'stream') ?? false,
    ...(endUser === undefined ? {} : { endUser }),
    ext: readExt(body, own),
  };
  return { request, notes };
}

/**
 * Fields without a place in the IR, under the protocol the body is mostly of: whoever writes another one
 * notes them. `verbosity` is chat's by now. Cursor names a conversation in the metadata alone, where no
 * prompt cache would find it.
 */
function readExt(body: JsonObject, { verbosity, ...own }: JsonObject): Ext {
  const ext: Ext = verbosity === undefined ? {} : { 'openai-chat': { verbosity } };
  const conversation = isObject(body.metadata) ? body.metadata.cursorConversationId : undefined;
  const key = typeof conversation === 'string' && conversation !== '' ? { prompt_cache_key: conversation } : {};
  const dialect = mainDialect(body);
  const others = { ...unknownFields(body, TYPED), ...own };
  const fields = { ...key, ...(dialect === 'anthropic-messages' ? withoutMetadata(others) : others) };
  return Object.keys(fields).length === 0 ? ext : { ...ext, [dialect]: { ...ext[dialect], ...fields } };
}

/** The Messages API takes a `user_id` and refuses all else: what Cursor has in there is OpenAI's. */
function withoutMetadata({ metadata, ...fields }: JsonObject): JsonObject {
  const userId = isObject(metadata) ? metadata.user_id : undefined;
  return typeof userId === 'string' ? { ...fields, metadata: { user_id: userId } } : fields;
}

function noteMetadata(body: JsonObject, notes: Note[]): void {
  if (mainDialect(body) !== 'anthropic-messages' || !isObject(body.metadata)) return;
  const lost = Object.keys(body.metadata).filter((key) => key !== 'user_id' && key !== 'cursorConversationId');
  if (lost.length === 0) return;
  notes.push({ code: 'dropped', path: 'metadata', because: 'the Messages API takes a user_id alone', harmless: true });
}

function mainDialect(body: JsonObject): 'anthropic-messages' | 'openai-chat' | 'openai-responses' {
  if (isMessagesShaped(body)) return 'anthropic-messages';
  return body.input === undefined || body.input === null ? 'openai-chat' : 'openai-responses';
}

/** Cursor sends whole conversations, so what an earlier answer is called adds nothing. */
function notePrevious(body: JsonObject, notes: Note[]): void {
  for (const field of ['previous_response_id', 'anthropic_version']) {
    if (body[field] === undefined || body[field] === null) continue;
    const because = 'the whole request is in this body, whatever went before it';
    notes.push({ code: 'dropped', path: field, because, harmless: true });
  }
}
