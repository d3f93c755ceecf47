/** `tools`, `tool_choice`, and their ancestors `functions` and `function_call`. */
import { isObject, type Json, type JsonObject } from '../../ir/json.ts';
import type { Note } from '../../ir/note.ts';
import type { Tool, ToolChoice } from '../../ir/request.ts';
import { readCacheMark } from '../../ir/cache-mark.ts';
import { isCustomTool, readCustomTool } from './custom-tools.ts';
import { asksForFunctionCalls } from './legacy-functions.ts';
import {
  invalid,
  optionalArray,
  optionalBoolean,
  optionalObject,
  optionalString,
  requiredObject,
  requiredString,
  unknownFields,
} from '../validate.ts';

const OUTER_FIELDS = new Set([
  'type',
  'function',
  'cache_control',
  'name',
  'description',
  'parameters',
  'input_schema',
  'strict',
]);
const INNER_FIELDS = new Set(['type', 'name', 'description', 'parameters', 'input_schema', 'strict', 'cache_control']);

export interface Tooling {
  tools: Tool[];
  toolChoice: ToolChoice;
  parallelTools?: boolean;
}

/** @throws GatewayError `invalid-request`, naming the field */
export function readTooling(body: JsonObject, notes: Note[]): Tooling {
  const legacy = asksForFunctionCalls(body);
  const tools = legacy ? readFunctions(body.functions, notes) : readTools(body.tools, notes);
  const parallel = optionalBoolean(body.parallel_tool_calls, 'parallel_tool_calls');
  const choice = legacy
    ? readChoice(body.function_call, 'function_call', tools, notes)
    : readChoice(body.tool_choice, 'tool_choice', tools, notes);
  // A `function_call` answer has room for one call.
  const parallelTools = legacy ? false : parallel;
  return { ...choice, ...(parallelTools === undefined ? {} : { parallelTools }) };
}

function readTools(value: Json | undefined, notes: Note[]): Tool[] {
  return (optionalArray(value, 'tools') ?? []).flatMap((item, index) => {
    const path = `tools[${index}]`;
    const tool = requiredObject(item, path);
    if (isCustomTool(tool)) return [readCustomTool(tool, path)];
    const isFunction =
      isObject(tool.input_schema) || tool.type === undefined || tool.type === null || tool.type === 'function';
    if (isFunction || isObject(tool.function)) return [readTool(tool, path, notes)];
    if (typeof tool.type !== 'string') throw invalid(`${path}.type`, 'must be "function" or "custom"');
    notes.push({
      code: 'dropped',
      path,
      because: `tools of type "${tool.type}" are not available here, only functions and custom tools`,
    });
    return [];
  });
}

function readFunctions(value: Json | undefined, notes: Note[]): Tool[] {
  return (optionalArray(value, 'functions') ?? []).map((item, index) => {
    const path = `functions[${index}]`;
    return readTool(requiredObject(item, path), path, notes);
  });
}

/** Nested (`{type, function: {…}}`) or flat (`{type, name, …}`), the form of the Responses API that some clients mix in. */
function readTool(tool: JsonObject, path: string, notes: Note[]): Tool {
  const nested = isObject(tool.function) ? tool.function : undefined;
  const inner = nested ?? tool;
  const innerPath = nested === undefined ? path : `${path}.function`;
  const description = optionalString(inner.description, `${innerPath}.description`);
  const schema = optionalObject(inner.parameters ?? inner.input_schema, `${innerPath}.parameters`);
  const strict = optionalBoolean(inner.strict ?? tool.strict, `${innerPath}.strict`);
  const cache = readCacheMark(tool.cache_control ?? inner.cache_control, `${path}.cache_control`, notes);
  const ext = {
    ...unknownFields(tool, OUTER_FIELDS),
    ...(nested === undefined ? {} : unknownFields(nested, INNER_FIELDS)),
  };
  return {
    name: requiredString(inner.name, `${innerPath}.name`),
    ...(description === undefined ? {} : { description }),
    ...(schema === undefined || Object.keys(schema).length === 0 ? {} : { schema }),
    ...(strict === undefined ? {} : { strict }),
    ...(cache === undefined ? {} : { cache }),
    ...(Object.keys(ext).length === 0 ? {} : { ext: { 'openai-chat': ext } }),
  };
}

function readChoice(
  value: Json | undefined,
  path: string,
  tools: Tool[],
  notes: Note[],
): { tools: Tool[]; toolChoice: ToolChoice } {
  if (value === undefined || value === null) return { tools, toolChoice: { mode: 'auto' } };
  const word = isObject(value) ? value.type : value;
  if (word === 'auto' || word === 'none') return { tools, toolChoice: { mode: word } };
  if (word === 'required' || word === 'any') return { tools: needTools(tools, path), toolChoice: { mode: 'any' } };
  if (!isObject(value)) {
    throw invalid(path, 'must be "auto", "none", "required" or an object that names a tool');
  }
  if (value.type === 'allowed_tools') return readAllowed(value, path, tools, notes);
  const named = [value.function, value.custom].find(isObject) ?? value;
  return { tools, toolChoice: chooseNamed(requiredString(named.name, `${path}.function.name`), path, tools, notes) };
}

function chooseNamed(name: string, path: string, tools: Tool[], notes: Note[]): ToolChoice {
  if (tools.some((tool) => tool.name === name)) return { mode: 'named', name };
  if (notes.some((note) => note.code === 'dropped' && /^tools\[\d+\]$/.test(note.path))) {
    notes.push({ code: 'dropped', path, because: `the tool "${name}" it forces is not available here` });
    return { mode: 'auto' };
  }
  throw invalid(path, `names the tool "${name}", which is not among the tools of this request`);
}

/** The model is offered only the allowed ones, which comes to the same. */
function readAllowed(
  choice: JsonObject,
  path: string,
  tools: Tool[],
  notes: Note[],
): { tools: Tool[]; toolChoice: ToolChoice } {
  const allowed = requiredObject(choice.allowed_tools, `${path}.allowed_tools`);
  const names = (optionalArray(allowed.tools, `${path}.allowed_tools.tools`) ?? []).map((item, index) => {
    const tool = requiredObject(item, `${path}.allowed_tools.tools[${index}]`);
    const named = [tool.function, tool.custom].find(isObject) ?? tool;
    return requiredString(named.name, `${path}.allowed_tools.tools[${index}].function.name`);
  });
  const left = tools.filter((tool) => names.includes(tool.name));
  notes.push({ code: 'coerced', path, because: 'only the allowed tools are offered to the model' });
  return allowed.mode === 'required'
    ? { tools: needTools(left, path), toolChoice: { mode: 'any' } }
    : { tools: left, toolChoice: { mode: 'auto' } };
}

function needTools(tools: Tool[], path: string): Tool[] {
  if (tools.length === 0)
    throw invalid(path, 'demands a tool call, but the request offers no tool that could be called');
  return tools;
}
