import { isObject, type Json, type JsonObject } from '../../ir/json.ts';
import type { Note } from '../../ir/note.ts';
import type { GenerateRequest } from '../../ir/request.ts';
import type { ModelCapabilities, ReaderOptions } from '../codec.ts';
import type { CompleteRequest } from './wire.ts';

interface OutputPlan {
  /** The request, with the instruction that asks for JSON where no schema does. */
  request: GenerateRequest;
  format?: NonNullable<CompleteRequest['response_format']>;
  reading: Pick<ReaderOptions, 'jsonObject'>;
}

/**
 * JSON by schema is a field of the request for every model here, also for those whose chat endpoint
 * ignores it; JSON without a schema is asked for in words (docs/cortex-quirks.md#complete-json).
 */
export function planOutput(request: GenerateRequest, { family }: ModelCapabilities, notes: Note[]): OutputPlan {
  const { output } = request;
  if (output?.format !== 'json') return { request, reading: {} };
  if (output.schema !== undefined) {
    const { $schema: _, ...schema } = output.schema;
    if (family === 'openai') return { request, format: { type: 'json', schema }, reading: {} };
    const opened = open(schema);
    if (JSON.stringify(opened) !== JSON.stringify(schema)) {
      const because = 'only models of OpenAI take closed objects here, so the answer may have further properties';
      notes.push({ code: 'coerced', path: 'response_format.json_schema.schema', because });
    }
    return { request, format: { type: 'json', schema: opened }, reading: {} };
  }
  const because = 'inference:complete knows JSON by a schema only, so an instruction asks for it';
  notes.push({ code: 'simulated', path: 'response_format', because });
  const words = 'Answer with one JSON object.\nWrite the object and nothing else: no explanation, no Markdown.';
  return {
    request: { ...request, system: [...request.system, { kind: 'text', text: words }] },
    reading: { jsonObject: true },
  };
}

const HOLDS_NAMED_SCHEMAS = new Set(['properties', '$defs', 'definitions']);
const HOLDS_SCHEMAS = new Set(['items', 'prefixItems', 'anyOf', 'oneOf', 'allOf']);

/** The schema without `additionalProperties: false`, which only OpenAI's models take here, and they demand it. */
function open(schema: JsonObject): JsonObject {
  const kept = Object.entries(schema).filter(([key, value]) => key !== 'additionalProperties' || value !== false);
  return Object.fromEntries(
    kept.map(([key, value]): [string, Json | undefined] => {
      if (HOLDS_SCHEMAS.has(key)) return [key, openEach(value)];
      if (!HOLDS_NAMED_SCHEMAS.has(key) || !isObject(value)) return [key, value];
      return [key, Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, openEach(inner)]))];
    }),
  );
}

function openEach(value: Json | undefined): Json | undefined {
  if (Array.isArray(value)) return value.map((inner) => (isObject(inner) ? open(inner) : inner));
  return isObject(value) ? open(value) : value;
}
