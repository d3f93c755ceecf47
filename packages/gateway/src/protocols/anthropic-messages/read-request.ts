/** A client's request, JSON → IR. */
import type { JsonObject } from '../../ir/json.ts';
import type { Note } from '../../ir/note.ts';
import type { GenerateRequest } from '../../ir/request.ts';
import {
  invalid,
  optionalArray,
  optionalBoolean,
  optionalNumber,
  optionalObject,
  optionalString,
  requiredString,
  unknownFields,
} from '../validate.ts';
import { noteUnknownFields } from './field-notes.ts';
import { HOSTED_FIELDS, refuseHosted } from './hosted.ts';
import type { Reading } from './read-blocks.ts';
import { readConversation } from './read-messages.ts';
import { readOutput, readReasoning } from './read-reasoning.ts';
import { readTooling } from './read-tools.ts';

/** What the IR has a place for; everything else travels in `ext`. */
const TYPED = new Set<string>([
  'model',
  'messages',
  'system',
  'cache_control',
  'tools',
  'tool_choice',
  'max_tokens',
  'stop_sequences',
  'temperature',
  'top_p',
  'top_k',
  'thinking',
  'output_config',
  'output_format',
  'metadata',
  'stream',
  ...HOSTED_FIELDS,
]);
const METADATA_FIELDS = new Set(['user_id']);

/**
 * Reads everything that Anthropic's clients send. Fields of the request without a place in the IR are
 * kept in `ext['anthropic-messages']`, and whoever cannot use them notes it; fields of nested objects
 * that nobody can use are noted here.
 * @throws GatewayError `invalid-request` or `unsupported`, naming the field
 */
export function readRequest(body: JsonObject): { request: GenerateRequest; notes: Note[] } {
  for (const field of HOSTED_FIELDS) refuseHosted(field, body[field]);
  const reading: Reading = { notes: [], loadedTools: new Set() };
  const { notes } = reading;
  const reasoning = readReasoning(body, notes);
  const output = readOutput(body, notes);
  const endUser = readUser(body, notes);
  const ext = {
    ...unknownFields(body, TYPED),
    ...(endUser === undefined ? {} : { metadata: { user_id: endUser } }),
  };
  const request: GenerateRequest = {
    model: requiredString(body.model, 'model'),
    ...readConversation(body, reading),
    ...readTooling(body, reading),
    ...(output === undefined ? {} : { output }),
    limits: readLimits(body, notes),
    sampling: readSampling(body),
    ...(reasoning === undefined ? {} : { reasoning }),
    choices: 1,
    stream: optionalBoolean(body.stream, 'stream') ?? false,
    ...(endUser === undefined ? {} : { endUser }),
    ext: Object.keys(ext).length === 0 ? {} : { 'anthropic-messages': ext },
  };
  return { request, notes };
}

function readUser(body: JsonObject, notes: Note[]): string | undefined {
  const metadata = optionalObject(body.metadata, 'metadata') ?? {};
  noteUnknownFields(metadata, METADATA_FIELDS, 'metadata', notes);
  return optionalString(metadata.user_id, 'metadata.user_id');
}

/** A limit of 0 warms Anthropic's cache without an answer; here the shortest answer does. */
function readLimits(body: JsonObject, notes: Note[]): GenerateRequest['limits'] {
  const wanted = optionalNumber(body.max_tokens, 'max_tokens', { least: 0, whole: true });
  if (wanted === 0) {
    notes.push({ code: 'coerced', path: 'max_tokens', because: 'the shortest answer of Cortex has one token' });
  }
  const stop = readStop(body, notes);
  return {
    ...(wanted === undefined ? {} : { maxOutputTokens: Math.max(1, wanted) }),
    ...(stop.length === 0 ? {} : { stop }),
  };
}

function readStop(body: JsonObject, notes: Note[]): string[] {
  return (optionalArray(body.stop_sequences, 'stop_sequences') ?? []).flatMap((sequence, index) => {
    if (typeof sequence !== 'string') throw invalid(`stop_sequences[${index}]`, 'must be a string');
    if (sequence !== '') return [sequence];
    const because = 'an empty stop sequence stops nothing';
    notes.push({ code: 'dropped', path: 'stop_sequences', because, harmless: true });
    return [];
  });
}

function readSampling(body: JsonObject): GenerateRequest['sampling'] {
  const temperature = optionalNumber(body.temperature, 'temperature', { least: 0, most: 2 });
  const topP = optionalNumber(body.top_p, 'top_p', { least: 0, most: 1 });
  const topK = optionalNumber(body.top_k, 'top_k', { least: 0, whole: true });
  return {
    ...(temperature === undefined ? {} : { temperature }),
    ...(topP === undefined ? {} : { topP }),
    ...(topK === undefined ? {} : { topK }),
  };
}
