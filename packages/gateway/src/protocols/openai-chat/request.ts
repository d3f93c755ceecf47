/** The request body, JSON → IR. */
import type { Json, JsonObject } from '../../ir/json.ts';
import type { Note } from '../../ir/note.ts';
import { MOST_CHOICES, type GenerateRequest, type OutputFormat } from '../../ir/request.ts';
import { readMessages } from './messages.ts';
import { readReasoning } from './reasoning.ts';
import { readTooling } from './tools.ts';
import {
  invalid,
  optionalBoolean,
  optionalNumber,
  optionalObject,
  optionalString,
  optionalWord,
  requiredObject,
  requiredString,
  unknownFields,
} from '../validate.ts';

/** What the IR has a place for; everything else travels in `ext`. */
const TYPED = new Set([
  'model',
  'messages',
  'tools',
  'tool_choice',
  'functions',
  'function_call',
  'parallel_tool_calls',
  'response_format',
  'max_tokens',
  'max_completion_tokens',
  'stop',
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
]);

/**
 * Reads everything that OpenAI's clients send, and the extensions of OpenRouter and LiteLLM. Fields
 * without a place in the IR are kept in `ext['openai-chat']`; whoever cannot use them notes it.
 * @throws GatewayError `invalid-request` or `unsupported`, naming the field
 */
export function readRequest(body: JsonObject): { request: GenerateRequest; notes: Note[] } {
  const notes: Note[] = [];
  const output = readOutput(body.response_format);
  const reasoning = readReasoning(body);
  const ext = unknownFields(body, TYPED);
  const endUser = optionalString(body.user, 'user');
  optionalObject(body.stream_options, 'stream_options');
  const request: GenerateRequest = {
    model: requiredString(body.model, 'model'),
    ...readMessages(body.messages, notes),
    ...readTooling(body, notes),
    ...(output === undefined ? {} : { output }),
    limits: readLimits(body, notes),
    sampling: readSampling(body),
    ...(reasoning === undefined ? {} : { reasoning }),
    choices: optionalNumber(body.n, 'n', { least: 1, most: MOST_CHOICES, whole: true }) ?? 1,
    stream: optionalBoolean(body.stream, 'stream') ?? false,
    ...(endUser === undefined ? {} : { endUser }),
    ext: ext === undefined ? {} : { 'openai-chat': ext },
  };
  return { request, notes };
}

/** `response_format`. @throws GatewayError `invalid-request`, naming the field */
export function readOutput(value: Json | undefined): OutputFormat | undefined {
  const format = optionalObject(value, 'response_format');
  if (format === undefined) return undefined;
  const kind = optionalWord(format.type, 'response_format.type', ['text', 'json_object', 'json_schema'] as const);
  if (kind === undefined) throw invalid('response_format.type', 'must be "text", "json_object" or "json_schema"');
  if (kind === 'text') return { format: 'text' };
  if (kind === 'json_object') return { format: 'json' };
  const path = 'response_format.json_schema';
  const described = requiredObject(format.json_schema, path);
  const name = optionalString(described.name, `${path}.name`);
  const description = optionalString(described.description, `${path}.description`);
  const strict = optionalBoolean(described.strict, `${path}.strict`);
  const schema = optionalObject(described.schema, `${path}.schema`);
  return {
    format: 'json',
    ...(schema === undefined ? {} : { schema }),
    ...(name === undefined ? {} : { name }),
    ...(description === undefined ? {} : { description }),
    ...(strict === undefined ? {} : { strict }),
  };
}

/** `max_tokens`, `max_completion_tokens` and `stop`. @throws GatewayError `invalid-request`, naming the field */
export function readLimits(body: JsonObject, notes: Note[]): GenerateRequest['limits'] {
  const older = optionalNumber(body.max_tokens, 'max_tokens', { least: 1, whole: true });
  const newer = optionalNumber(body.max_completion_tokens, 'max_completion_tokens', { least: 1, whole: true });
  if (older !== undefined && newer !== undefined && older !== newer) {
    notes.push({
      code: 'dropped',
      path: 'max_tokens',
      because: 'max_completion_tokens, which replaces it, says otherwise',
    });
  }
  const maxOutputTokens = newer ?? older;
  const stop = readStop(body.stop, notes);
  return {
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
    ...(stop.length === 0 ? {} : { stop }),
  };
}

/** Stop sequences of a body: a string, a list or nothing. Empty ones would stop every answer at once and are left out. */
export function readStop(value: Json | undefined, notes: Note[]): string[] {
  if (value === undefined || value === null) return [];
  const sequences = typeof value === 'string' ? [value] : value;
  if (!Array.isArray(sequences)) throw invalid('stop', 'must be a string or an array of strings');
  return sequences.flatMap((sequence, index) => {
    if (typeof sequence !== 'string') throw invalid(`stop[${index}]`, 'must be a string');
    if (sequence !== '') return [sequence];
    notes.push({ code: 'dropped', path: 'stop', because: 'an empty stop sequence stops nothing', harmless: true });
    return [];
  });
}

/** @throws GatewayError `invalid-request`, naming the field */
export function readSampling(body: JsonObject): GenerateRequest['sampling'] {
  const temperature = optionalNumber(body.temperature, 'temperature', { least: 0, most: 2 });
  const topP = optionalNumber(body.top_p, 'top_p', { least: 0, most: 1 });
  const topK = optionalNumber(body.top_k, 'top_k', { least: 0, whole: true });
  const seed = optionalNumber(body.seed, 'seed', { least: Number.MIN_SAFE_INTEGER, whole: true });
  return {
    ...(temperature === undefined ? {} : { temperature }),
    ...(topP === undefined ? {} : { topP }),
    ...(topK === undefined ? {} : { topK }),
    ...(seed === undefined ? {} : { seed }),
  };
}
