/** Custom tools, which take raw text, free or by a grammar, instead of JSON. */
import { isObject, type Json, type JsonObject } from '../../ir/json.ts';
import type { FreeformGrammar, Tool } from '../../ir/request.ts';
import { optionalObject, optionalString, optionalWord, requiredString, unknownFields } from '../validate.ts';

const OUTER_FIELDS = new Set(['type', 'custom', 'name', 'description', 'format']);
const INNER_FIELDS = new Set(['name', 'description', 'format']);

/** False for a tool that Anthropic calls custom: one with a JSON Schema, which is a function here. */
export function isCustomTool(tool: JsonObject): boolean {
  return tool.type === 'custom' && !isObject(tool.function) && !isObject(tool.input_schema);
}

/**
 * Nested (`{type, custom: {…}}`) as OpenAI has it in chat completions, or flat as in the Responses API.
 * @throws GatewayError `invalid-request`, naming the field
 */
export function readCustomTool(tool: JsonObject, path: string): Tool {
  const nested = isObject(tool.custom) ? tool.custom : undefined;
  const inner = nested ?? tool;
  const innerPath = nested === undefined ? path : `${path}.custom`;
  const description = optionalString(inner.description, `${innerPath}.description`);
  const ext = {
    ...unknownFields(tool, OUTER_FIELDS),
    ...(nested === undefined ? {} : unknownFields(nested, INNER_FIELDS)),
  };
  return {
    name: requiredString(inner.name, `${innerPath}.name`),
    ...(description === undefined ? {} : { description }),
    freeform: readGrammar(inner.format, `${innerPath}.format`),
    ...(Object.keys(ext).length === 0 ? {} : { ext: { 'openai-chat': ext } }),
  };
}

/** Names of the tools that were declared in the nested form: who declares them so reads their calls so. */
export function nestedCustomNames(body: JsonObject | undefined): ReadonlySet<string> {
  const tools = Array.isArray(body?.tools) ? body.tools.filter(isObject) : [];
  const names = tools.flatMap(({ type, custom }) => (type === 'custom' && isObject(custom) ? [custom.name] : []));
  return new Set(names.filter((name) => typeof name === 'string'));
}

/** `{type: text}`, or a grammar: nested here, flat in the Responses API. */
function readGrammar(value: Json | undefined, path: string): FreeformGrammar {
  const format = optionalObject(value, path);
  const type = optionalWord(format?.type, `${path}.type`, ['text', 'grammar'] as const);
  if (format === undefined || type !== 'grammar') return {};
  const nested = isObject(format.grammar) ? format.grammar : undefined;
  const inner = nested ?? format;
  const innerPath = nested === undefined ? path : `${path}.grammar`;
  const syntax = optionalWord(inner.syntax, `${innerPath}.syntax`, ['lark', 'regex'] as const);
  const definition = optionalString(inner.definition, `${innerPath}.definition`);
  return { ...(syntax === undefined ? {} : { syntax }), ...(definition === undefined ? {} : { definition }) };
}
