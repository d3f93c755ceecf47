/** `tool_choice` in all its forms. */
import { GatewayError } from '../../errors/error.ts';
import { isObject, type Json, type JsonObject } from '../../ir/json.ts';
import type { Note } from '../../ir/note.ts';
import type { Tool, ToolChoice } from '../../ir/request.ts';
import { invalid, optionalArray, optionalString, optionalWord, requiredObject, requiredString } from '../validate.ts';
import { isBuiltIn } from './built-in-tools.ts';
import type { DeclaredTool, ToolTable } from './tool-table.ts';

const PATH = 'tool_choice';

interface Offer {
  tools: Tool[];
  toolChoice: ToolChoice;
}

/**
 * Which of the tools the model is offered, and which it must call.
 * @throws GatewayError `invalid-request` or `unsupported`, naming the field
 */
export function readToolChoice(value: Json | undefined, table: ToolTable, tools: Tool[], notes: Note[]): Offer {
  if (value === undefined || value === null) return { tools, toolChoice: { mode: 'auto' } };
  if (value === 'auto' || value === 'none') return { tools, toolChoice: { mode: value } };
  if (value === 'required') return { tools: needTools(tools), toolChoice: { mode: 'any' } };
  if (!isObject(value)) throw invalid(PATH, 'must be "auto", "none", "required" or an object that names a tool');
  if (value.type === 'allowed_tools') return allowSome(value, table, tools, notes);
  return { tools, toolChoice: { mode: 'named', name: named(value, PATH, table).name } };
}

function named(choice: JsonObject, path: string, table: ToolTable): DeclaredTool {
  const tool = findNamed(choice, path, table);
  if (tool !== undefined) return tool;
  const name = isBuiltIn(choice.type) ? choice.type : readName(choice, path);
  throw invalid(path, `names the tool "${name}", which is not among the tools of this request`);
}

/** @throws GatewayError when it names a tool that cannot be called here */
function findNamed(choice: JsonObject, path: string, table: ToolTable): DeclaredTool | undefined {
  if (isBuiltIn(choice.type)) return table.lookUp(choice.type);
  if (choice.type !== 'function' && choice.type !== 'custom') throw refuseHosted(choice.type, path);
  return table.lookUp(readName(choice, path), optionalString(choice.namespace, `${path}.namespace`));
}

/** Flat, or nested as chat completions have it. */
function readName(choice: JsonObject, path: string): string {
  const holder = [choice.function, choice.custom].find(isObject) ?? choice;
  return requiredString(holder.name, `${path}.name`);
}

/** The model is offered only the allowed ones, which comes to the same. Allowed tools of OpenAI's servers count for nothing. */
function allowSome(choice: JsonObject, table: ToolTable, tools: Tool[], notes: Note[]): Offer {
  const mode = optionalWord(choice.mode, `${PATH}.mode`, ['auto', 'required'] as const);
  const entries = optionalArray(choice.tools, `${PATH}.tools`) ?? [];
  const allowed = new Set(
    entries.flatMap((entry, index) => {
      const path = `${PATH}.tools[${index}]`;
      const tool = requiredObject(entry, path);
      const callable = tool.type === 'function' || tool.type === 'custom' || isBuiltIn(tool.type);
      return callable ? [named(tool, path, table).name] : [];
    }),
  );
  const left = tools.filter((tool) => allowed.has(tool.name));
  for (const { path, name } of table.tools.filter((tool) => !allowed.has(tool.name))) {
    const because = `tool_choice does not allow "${name}", so the model is not offered it`;
    notes.push({ code: 'coerced', path, because, harmless: true });
  }
  return mode === 'required'
    ? { tools: needTools(left), toolChoice: { mode: 'any' } }
    : { tools: left, toolChoice: { mode: 'auto' } };
}

function needTools(tools: Tool[]): Tool[] {
  if (tools.length === 0) {
    throw invalid(PATH, 'demands a tool call, but the request offers no tool that could be called here');
  }
  return tools;
}

function refuseHosted(type: Json | undefined, path: string): GatewayError {
  if (typeof type !== 'string') return invalid(`${path}.type`, 'must be a string such as "function" or "custom"');
  return new GatewayError(
    'unsupported',
    `"${path}" forces "${type}", which runs at OpenAI and is not available here. Force a function, or let the model choose.`,
    { param: path },
  );
}
