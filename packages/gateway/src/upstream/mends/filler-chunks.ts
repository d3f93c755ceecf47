import type { JsonObject } from '../../ir/json.ts';
import { isObject } from '../../ir/json.ts';
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
  if (isObject(chunk.usage) || Object.keys(chunk).some((field) => !CHUNK_FIELDS.has(field))) return false;
  return choicesOf(chunk).every((choice) => {
    if (choice.finish_reason !== null && choice.finish_reason !== undefined) return false;
    if (isObject(choice.logprobs) || Object.keys(choice).some((field) => !CHOICE_FIELDS.has(field))) return false;
    return (
      isObject(choice.delta) &&
      Object.entries(choice.delta).every(([field, value]) => field === 'content' && (value === '' || value === null))
    );
  });
}
