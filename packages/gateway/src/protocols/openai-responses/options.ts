/** The fields that say how to answer: length, form, reasoning. */
import { GatewayError } from '../../errors/error.ts';
import type { Json, JsonObject } from '../../ir/json.ts';
import type { Effort, GenerateRequest, OutputFormat } from '../../ir/request.ts';
import {
  invalid,
  optionalArray,
  optionalBoolean,
  optionalNumber,
  optionalObject,
  optionalString,
  optionalWord,
  requiredObject,
  unknownFields,
} from '../validate.ts';

const EFFORTS = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'] as const satisfies readonly Effort[];
const SUMMARIES = ['auto', 'concise', 'detailed', 'none'] as const;

/** What a part of the body means to the IR, and what of it only this dialect understands. */
interface Read<T> {
  value?: T;
  own: JsonObject;
}

/** `text`: the form of the answer. @throws GatewayError `invalid-request`, naming the field */
export function readText(value: Json | undefined): Read<OutputFormat> {
  const text = optionalObject(value, 'text');
  if (text === undefined) return { own: {} };
  const verbosity = optionalWord(text.verbosity, 'text.verbosity', ['low', 'medium', 'high'] as const);
  const own = {
    ...prefixed('text', unknownFields(text, new Set(['format', 'verbosity']))),
    ...(verbosity === undefined ? {} : { verbosity }),
  };
  const output = readFormat(optionalObject(text.format, 'text.format'));
  return output === undefined ? { own } : { value: output, own };
}

function readFormat(format: JsonObject | undefined): OutputFormat | undefined {
  if (format === undefined) return undefined;
  const kind = optionalWord(format.type, 'text.format.type', ['text', 'json_object', 'json_schema'] as const);
  if (kind === undefined) throw invalid('text.format.type', 'must be "text", "json_object" or "json_schema"');
  if (kind === 'text') return { format: 'text' };
  if (kind === 'json_object') return { format: 'json' };
  const name = optionalString(format.name, 'text.format.name');
  const description = optionalString(format.description, 'text.format.description');
  const strict = optionalBoolean(format.strict, 'text.format.strict');
  return {
    format: 'json',
    schema: requiredObject(format.schema, 'text.format.schema'),
    ...(name === undefined ? {} : { name }),
    ...(description === undefined ? {} : { description }),
    ...(strict === undefined ? {} : { strict }),
  };
}

/** @throws GatewayError `invalid-request`, naming the field */
export function readReasoningOptions(value: Json | undefined): Read<NonNullable<GenerateRequest['reasoning']>> {
  const reasoning = optionalObject(value, 'reasoning');
  if (reasoning === undefined) return { own: {} };
  const effort = optionalWord(reasoning.effort, 'reasoning.effort', EFFORTS);
  const summary =
    optionalWord(reasoning.summary, 'reasoning.summary', SUMMARIES) ??
    optionalWord(reasoning.generate_summary, 'reasoning.generate_summary', SUMMARIES);
  const asked = {
    ...(effort === undefined ? {} : { effort }),
    ...(summary === undefined ? {} : { show: summary === 'none' ? ('none' as const) : ('summary' as const) }),
  };
  const own = prefixed('reasoning', unknownFields(reasoning, new Set(['effort', 'summary', 'generate_summary'])));
  return Object.keys(asked).length === 0 ? { own } : { value: asked, own };
}

export function readLimits(body: JsonObject): GenerateRequest['limits'] {
  const most = optionalNumber(body.max_output_tokens, 'max_output_tokens', { least: 1, whole: true });
  return most === undefined ? {} : { maxOutputTokens: most };
}

export function readSampling(body: JsonObject): GenerateRequest['sampling'] {
  const temperature = optionalNumber(body.temperature, 'temperature', { least: 0, most: 2 });
  const topP = optionalNumber(body.top_p, 'top_p', { least: 0, most: 1 });
  return { ...(temperature === undefined ? {} : { temperature }), ...(topP === undefined ? {} : { topP }) };
}

/** The entries of `include` that nothing here can fulfil. @throws GatewayError `invalid-request`, naming the field */
export function readInclude(value: Json | undefined): JsonObject {
  const unknown = (optionalArray(value, 'include') ?? []).filter((entry) => entry !== SEALS);
  return unknown.length === 0 ? {} : { include: unknown };
}

/** The entry of `include` that asks for sealed thoughts. */
export const SEALS = 'reasoning.encrypted_content';

/** True when the client wants sealed thoughts, to send them back on its next turn. */
export function wantsSeals(body: JsonObject | undefined): boolean {
  return Array.isArray(body?.include) && body.include.includes(SEALS);
}

/**
 * Refuses what would need a server that keeps more than answers.
 * @throws GatewayError `invalid-request` or `unsupported`, naming the field
 */
export function refuseUnsupported(body: JsonObject): void {
  if (optionalBoolean(body.background, 'background') === true) {
    throw refuse(
      'background',
      'Background answers are not available here. Leave "background" out and stream the answer.',
    );
  }
  if (isSet(body.conversation)) {
    throw refuse(
      'conversation',
      'Conversations are not kept here. Use "previous_response_id", or send the whole conversation in "input".',
    );
  }
  if (isSet(body.prompt)) {
    throw refuse(
      'prompt',
      'Prompt templates are stored at OpenAI and are not available here. Send their text in "instructions" and "input".',
    );
  }
  if (isSet(body.previous_response_id)) {
    throw refuse('previous_response_id', 'This path keeps no answers. Send the whole conversation in "input".');
  }
}

function refuse(param: string, message: string): GatewayError {
  return new GatewayError('unsupported', message, { param });
}

function isSet(value: Json | undefined): boolean {
  return value !== undefined && value !== null;
}

/** `{"context": "auto"}` → `{"reasoning.context": "auto"}`: the path a note will name. */
function prefixed(parent: string, fields: JsonObject | undefined): JsonObject {
  return Object.fromEntries(Object.entries(fields ?? {}).map(([key, value]) => [`${parent}.${key}`, value]));
}
