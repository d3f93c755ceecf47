import { isObject, type Json, type JsonObject } from '../../ir/json.ts';
import { choicesOf } from './chunk.ts';
import { type AnswerMend, onCortex } from './mend.ts';

const CHUNK_FIELDS = new Set([
  'id',
  'object',
  'created',
  'model',
  'choices',
  'usage',
  'service_tier',
  'system_fingerprint',
]);
const CHOICE_FIELDS = new Set(['index', 'delta', 'finish_reason', 'logprobs']);

/** Where a block of content ends Cortex sends a chunk that says nothing. One with a field we do not know says something. */
export const fillerChunks: AnswerMend = {
  id: 'filler-chunks',
  since: '2026-07',
  evidence: 'docs/cortex-quirks.md#filler-chunks',
  applies: onCortex,
  stream: () => ({ push: (chunk) => (saysNothing(chunk) ? [] : [chunk]), end: () => [] }),
};

function saysNothing(chunk: JsonObject): boolean {
  return choicesOf(chunk).every(isEmpty) && !isObject(chunk.usage) && hasOnly(chunk, CHUNK_FIELDS);
}

function isEmpty(choice: JsonObject): boolean {
  const { delta, finish_reason: reason, logprobs } = choice;
  if (!isObject(delta) || isGiven(reason) || isObject(logprobs)) return false;
  return Object.keys(delta).every((field) => isBlank(field, delta[field])) && hasOnly(choice, CHOICE_FIELDS);
}

function isBlank(field: string, value: Json | undefined): boolean {
  return value === undefined || (field === 'content' && (value === '' || value === null));
}

function isGiven(value: Json | undefined): boolean {
  return value !== null && value !== undefined;
}

function hasOnly(object: JsonObject, known: ReadonlySet<string>): boolean {
  return Object.keys(object).every((field) => known.has(field));
}
