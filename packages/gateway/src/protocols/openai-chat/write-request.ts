/** The request body, IR → JSON. */
import { noteForeignFields } from '../../ir/ext.ts';
import type { JsonObject } from '../../ir/json.ts';
import type { Note } from '../../ir/note.ts';
import type { Ext, GenerateRequest, OutputFormat } from '../../ir/request.ts';
import { renamedTools } from '../../ir/tool-names.ts';
import type { ReaderOptions, WriteTarget, WrittenRequest } from '../codec.ts';
import { isStrictSchema } from './strict-schema.ts';
import { writeHistory } from './write-history.ts';
import { writeReasoning } from './write-reasoning.ts';
import { writeTooling } from './write-tools.ts';

/** Fields that the Responses API and chat completions have under one name and with one meaning. */
const SHARED_FIELDS = new Set([
  'prompt_cache_key',
  'prompt_cache_retention',
  'safety_identifier',
  'service_tier',
  'verbosity',
]);

const LEGAL_NAME = /^[a-zA-Z0-9_-]{1,64}$/;

/**
 * The request as OpenAI documents it. Expects a history that `repairHistory` has seen and no freeform
 * tools. What Cortex refuses of it, and the output limit of a request that names none, are left to the
 * mends, so that other providers of the dialect get what the client asked for.
 */
export function writeRequest(asked: GenerateRequest, target: WriteTarget): WrittenRequest {
  const { capabilities } = target;
  const shared = sharedFields(asked.ext);
  const notes = noteForeignFields({ ...asked, ext: withoutFields(asked.ext, shared) }, 'openai-chat');
  if (asked.choices > 1) {
    const because = `a translated answer is told one at a time, so ${asked.choices} requests are made`;
    notes.push({ code: 'simulated', path: 'n', because });
  }
  const { maxOutputTokens, stop } = asked.limits;
  const body: JsonObject = {
    ...shared,
    ...asked.ext['openai-chat'],
    model: target.model,
    messages: writeHistory(asked, capabilities, notes),
    ...writeTooling(asked, notes),
    ...(maxOutputTokens === undefined ? {} : { max_completion_tokens: maxOutputTokens }),
    ...(stop === undefined || stop.length === 0 ? {} : { stop }),
    ...writeSampling(asked.sampling, notes),
    ...writeReasoning(asked.reasoning, capabilities, notes),
    ...writeOutput(asked.output, notes),
    ...(asked.endUser === undefined ? {} : { user: asked.endUser }),
    ...(asked.stream ? { stream: true, stream_options: { include_usage: true } } : {}),
  };
  return { body, headers: {}, notes, reading: readingOf(asked) };
}

function readingOf(request: GenerateRequest): ReaderOptions {
  const toolNames = renamedTools(request);
  return toolNames.size === 0 ? {} : { toolNames };
}

function writeSampling({ temperature, topP, topK, seed }: GenerateRequest['sampling'], notes: Note[]): JsonObject {
  if (topK !== undefined) {
    const harmless = topK === 0 ? { harmless: true } : {};
    notes.push({ code: 'dropped', path: 'top_k', because: 'chat completions have no such field', ...harmless });
  }
  return {
    ...(temperature === undefined ? {} : { temperature }),
    ...(topP === undefined ? {} : { top_p: topP }),
    ...(seed === undefined ? {} : { seed }),
  };
}

function writeOutput(output: OutputFormat | undefined, notes: Note[]): JsonObject {
  if (output?.format !== 'json') return {};
  const { schema, name, description, strict } = output;
  if (schema === undefined) return { response_format: { type: 'json_object' } };
  const loose = strict === true && !isStrictSchema(schema);
  if (loose) {
    const because = 'OpenAI does not enforce a schema of this form, so the answer may stray from it';
    notes.push({ code: 'dropped', path: 'response_format.json_schema.strict', because });
  }
  const described = {
    name: name !== undefined && LEGAL_NAME.test(name) ? name : 'answer',
    ...(description === undefined ? {} : { description }),
    schema,
    ...(strict === undefined || loose ? {} : { strict }),
  };
  return { response_format: { type: 'json_schema', json_schema: described } };
}

function sharedFields(ext: Ext): JsonObject {
  const own = Object.entries(ext['openai-responses'] ?? {});
  return Object.fromEntries(own.filter(([field, value]) => SHARED_FIELDS.has(field) && value !== null));
}

function withoutFields(ext: Ext, taken: JsonObject): Ext {
  const responses = ext['openai-responses'];
  if (responses === undefined) return ext;
  const rest = Object.entries(responses).filter(([field]) => taken[field] === undefined);
  return { ...ext, 'openai-responses': Object.fromEntries(rest) };
}
