/** Items of a history that call a tool, and those that say what came of it. */
import { isObject, type Json, type JsonObject } from '../../ir/json.ts';
import type { Ext, Part, ToolCallPart, ToolResultPart } from '../../ir/request.ts';
import { invalid, optionalString, requiredString, unknownFields } from '../validate.ts';
import { BUILT_IN_TOOLS, type BuiltIn } from './built-in-tools.ts';
import { readContent } from './content.ts';
import type { ToolTable } from './tool-table.ts';

const CALL_FIELDS = new Set(['type', 'call_id', 'name', 'namespace', 'arguments', 'input']);
const BUILT_IN_FIELDS = new Set(['type', 'call_id', 'action', 'operation', 'environment', 'execution', 'arguments']);
const OUTPUT_FIELDS = new Set(['type', 'call_id', 'output', 'name', 'namespace', 'execution', 'tools']);

const BUILT_IN_CALLS: Record<string, BuiltIn> = {
  local_shell_call: 'local_shell',
  shell_call: 'shell',
  apply_patch_call: 'apply_patch',
  tool_search_call: 'tool_search',
};

const OUTPUTS = new Set([
  'function_call_output',
  'custom_tool_call_output',
  'local_shell_call_output',
  'shell_call_output',
  'apply_patch_call_output',
  'tool_search_output',
]);

/** The call an item makes; undefined for items of other kinds. @throws GatewayError `invalid-request`, naming the field */
export function readCall(item: JsonObject, path: string, table: ToolTable): ToolCallPart | undefined {
  if (item.type === 'function_call') {
    return { ...readNamed(item, path, table), args: readArguments(item.arguments, `${path}.arguments`) };
  }
  if (item.type === 'custom_tool_call') {
    return { ...readNamed(item, path, table), args: optionalString(item.input, `${path}.input`) ?? '', freeform: true };
  }
  const kind =
    typeof item.type === 'string' && Object.hasOwn(BUILT_IN_CALLS, item.type) ? BUILT_IN_CALLS[item.type] : undefined;
  if (kind === undefined || isSearchAtOpenai(item)) return undefined;
  return {
    kind: 'tool-call',
    id: requiredString(item.call_id ?? item.id, `${path}.call_id`),
    name: table.nameOf(kind),
    args: JSON.stringify(BUILT_IN_TOOLS[kind].readCall(item)),
    ...extOf(item, BUILT_IN_FIELDS),
  };
}

/** The result an item holds; undefined for items of other kinds. @throws GatewayError `invalid-request`, naming the field */
export function readOutput(item: JsonObject, path: string, table: ToolTable): ToolResultPart | undefined {
  if (typeof item.type !== 'string' || !OUTPUTS.has(item.type) || isSearchAtOpenai(item)) return undefined;
  return {
    kind: 'tool-result',
    // A local shell's output names its call by `id` in OpenAI's types, and by `call_id` in Codex.
    callId: requiredString(
      item.call_id ?? (item.type === 'local_shell_call_output' ? item.id : undefined),
      `${path}.call_id`,
    ),
    parts: readResult(item, path, table),
    ...(item.type === 'apply_patch_call_output' && item.status === 'failed' ? { failed: true } : {}),
    ...extOf(item, OUTPUT_FIELDS),
  };
}

function readResult(item: JsonObject, path: string, table: ToolTable): Part[] {
  if (item.type === 'shell_call_output') return readShellOutput(item.output);
  if (item.type === 'tool_search_output') return [{ kind: 'text', text: tellFound(path, table) }];
  return readAnyOutput(item.output, `${path}.output`);
}

/** What a search has found is offered like every tool; its result says which they are. */
function tellFound(path: string, { tools }: ToolTable): string {
  const found = tools.filter((tool) => tool.path.startsWith(`${path}.tools`)).map(({ name }) => name);
  return found.length === 0 ? 'No further tool was found.' : `These tools can be called now: ${found.join(', ')}`;
}

/** What OpenAI has searched for by itself: no call that a client has answered. */
function isSearchAtOpenai({ type, execution, call_id: callId }: JsonObject): boolean {
  return (
    (type === 'tool_search_call' || type === 'tool_search_output') &&
    (execution === 'server' || typeof callId !== 'string')
  );
}

function readNamed(item: JsonObject, path: string, table: ToolTable): Omit<ToolCallPart, 'args'> {
  const name = requiredString(item.name, `${path}.name`);
  return {
    kind: 'tool-call',
    id: requiredString(item.call_id, `${path}.call_id`),
    name: table.nameOf(name, optionalString(item.namespace, `${path}.namespace`)),
    ...extOf(item, CALL_FIELDS),
  };
}

/** JSON text as it came; nothing at all is what some clients send for a call without arguments. */
function readArguments(value: Json | undefined, path: string): string {
  if (value === undefined || value === null || value === '') return '{}';
  if (typeof value === 'string') return value;
  if (isObject(value)) return JSON.stringify(value);
  throw invalid(path, 'must be a string of JSON');
}

/** Text or parts; any other JSON is told as JSON. */
function readAnyOutput(value: Json | undefined, path: string): Part[] {
  const isParts = Array.isArray(value) && value.every((part) => isObject(part) && typeof part.type === 'string');
  if (value === undefined || value === null || typeof value === 'string' || isParts) return readContent(value, path);
  return [{ kind: 'text', text: JSON.stringify(value) }];
}

/** What each command of a `shell_call` wrote and how it ended. */
function readShellOutput(value: Json | undefined): Part[] {
  if (!Array.isArray(value)) return readAnyOutput(value, 'output');
  return value.filter(isObject).map(({ stdout, stderr, outcome }): Part => {
    const ended = isObject(outcome) && outcome.type === 'exit' ? outcome.exit_code : undefined;
    const how = typeof ended === 'number' ? `exit code ${ended}` : 'timed out';
    const streams = [
      typeof stdout === 'string' && stdout !== '' ? `stdout:\n${stdout}` : '',
      typeof stderr === 'string' && stderr !== '' ? `stderr:\n${stderr}` : '',
    ];
    return { kind: 'text', text: [`[${how}]`, ...streams].filter((text) => text !== '').join('\n') };
  });
}

function extOf(item: JsonObject, known: ReadonlySet<string>): { ext?: Ext } {
  const rest = unknownFields(item, known);
  return rest === undefined ? {} : { ext: { 'openai-responses': rest } };
}
