/** Declared tools → the IR. */
import { isObject, type JsonObject } from '../../ir/json.ts';
import type { Note } from '../../ir/note.ts';
import type { FreeformGrammar, Tool } from '../../ir/request.ts';
import { invalid, optionalBoolean, optionalObject, optionalString, optionalWord, unknownFields } from '../validate.ts';
import { lowerBuiltIn } from './built-in-tools.ts';
import type { DeclaredTool, ToolTable } from './tool-table.ts';

const FUNCTION_FIELDS = new Set(['type', 'name', 'description', 'parameters', 'strict', 'function']);
const CUSTOM_FIELDS = new Set(['type', 'name', 'description', 'format', 'custom']);
const BUILT_IN_FIELDS = new Set(['type', 'environment']);
const SEARCH_FIELDS = new Set(['type', 'execution', 'description', 'parameters']);

/**
 * The tools that the model can be offered. Tools that OpenAI's servers would run are left out with a note.
 * @throws GatewayError `invalid-request`, naming the field
 */
export function readTools(table: ToolTable, notes: Note[]): Tool[] {
  const [broken] = table.malformed;
  if (broken !== undefined) throw invalid(broken.path, broken.must);
  for (const { type, path } of table.hosted) {
    if (type === '') throw invalid(`${path}.type`, 'must be a string such as "function" or "custom"');
    notes.push({ code: 'dropped', path, because: `tools of type "${type}" run at OpenAI and are not available here` });
  }
  const [namespace] = table.namespaces;
  if (namespace !== undefined) {
    const because = 'the tools of a namespace are offered one by one, under the name "namespace__tool"';
    notes.push({ code: 'coerced', path: namespace, because, harmless: true });
  }
  return table.tools.map(readTool);
}

function readTool(tool: DeclaredTool): Tool {
  const { definition, kind, path, name } = tool;
  const { namespace, namespaceDescription } = tool;
  const own = optionalString(definition.description, `${path}.description`) ?? '';
  const shared = namespaceDescription === undefined ? '' : `All of ${namespace}: ${namespaceDescription}`;
  const description = [own, shared].filter((text) => text !== '').join('\n\n');
  const described = description === '' ? {} : { description };
  if (kind === 'function') return { name, ...described, ...readFunction(definition, path) };
  if (kind === 'custom') return { name, ...described, ...readCustom(definition, path) };
  const known = kind === 'tool_search' ? SEARCH_FIELDS : BUILT_IN_FIELDS;
  return { ...lowerBuiltIn(kind, name, definition), ...keepUnknown(definition, known) };
}

function readFunction(definition: JsonObject, path: string): Omit<Tool, 'name'> {
  const schema = optionalObject(definition.parameters, `${path}.parameters`);
  const strict = optionalBoolean(definition.strict, `${path}.strict`);
  return {
    ...(schema === undefined || Object.keys(schema).length === 0 ? {} : { schema }),
    ...(strict === undefined ? {} : { strict }),
    ...keepUnknown(definition, FUNCTION_FIELDS),
  };
}

function readCustom(definition: JsonObject, path: string): Omit<Tool, 'name'> {
  const format = optionalObject(definition.format, `${path}.format`);
  return {
    freeform: format === undefined ? {} : readFormat(format, `${path}.format`),
    ...keepUnknown(definition, CUSTOM_FIELDS),
  };
}

function readFormat(format: JsonObject, path: string): FreeformGrammar {
  const type = optionalWord(format.type, `${path}.type`, ['text', 'grammar'] as const);
  if (type !== 'grammar') return {};
  // Chat completions nest the same two fields one level deeper.
  const inner = isObject(format.grammar) ? format.grammar : format;
  const syntax = optionalWord(inner.syntax, `${path}.syntax`, ['lark', 'regex'] as const);
  const definition = optionalString(inner.definition, `${path}.definition`);
  return { ...(syntax === undefined ? {} : { syntax }), ...(definition === undefined ? {} : { definition }) };
}

function keepUnknown(definition: JsonObject, known: ReadonlySet<string>): Pick<Tool, 'ext'> {
  const rest = unknownFields(definition, known);
  return rest === undefined ? {} : { ext: { 'openai-responses': rest } };
}
