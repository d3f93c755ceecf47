/** `tools` and `tool_choice` of a client's request. */
import { GatewayError } from '../../errors/error.ts';
import { readCacheMark } from '../../ir/cache-mark.ts';
import { isObject, type Json, type JsonObject } from '../../ir/json.ts';
import type { Note } from '../../ir/note.ts';
import type { Tool, ToolChoice } from '../../ir/request.ts';
import {
  invalid,
  optionalArray,
  optionalBoolean,
  optionalObject,
  optionalString,
  optionalWord,
  requiredObject,
  requiredString,
} from '../validate.ts';
import { describeClientTool } from './client-tools.ts';
import { noteUnknownFields } from './field-notes.ts';
import type { Reading } from './read-blocks.ts';

export interface Tooling {
  tools: Tool[];
  toolChoice: ToolChoice;
  parallelTools?: boolean;
}

interface OfferedTool {
  /** Absent for a tool that runs at Anthropic. */
  tool?: Tool;
  name: string;
  type: string;
  deferred: boolean;
  path: string;
}

const TOOL_FIELDS = new Set([
  'type',
  'name',
  'description',
  'input_schema',
  'strict',
  'defer_loading',
  'cache_control',
  // Part of what a tool of Anthropic's is told in words for.
  'max_characters',
]);

/**
 * Deferred tools are offered once a tool search has named them, as at Anthropic. Tools that run on
 * Anthropic's servers are left out with a note.
 * @param reading after the messages were read: what tool searches have loaded is in it
 * @throws GatewayError `invalid-request`, naming the field; `unsupported` when a tool is forced that cannot run here
 */
export function readTooling(body: JsonObject, { notes, loadedTools }: Reading): Tooling {
  const offered = (optionalArray(body.tools, 'tools') ?? []).map((item, index) =>
    readTool(requiredObject(item, `tools[${index}]`), `tools[${index}]`, notes),
  );
  const choice = readChoice(body.tool_choice);
  const forced = choice.toolChoice.mode === 'named' ? choice.toolChoice.name : undefined;
  const hosted = offered.filter(({ tool }) => tool === undefined);
  for (const each of hosted) refuseOrNote(each, forced, notes);
  const searchable = hosted.some(({ type }) => type.startsWith('tool_search_tool_'));
  const isLoaded = ({ name, deferred }: OfferedTool) =>
    !deferred || searchable || loadedTools.has(name) || name === forced;
  const runnable = offered.filter(({ tool }) => tool !== undefined);
  const tools = runnable.some(isLoaded) ? runnable.filter(isLoaded) : runnable;
  for (const { path } of runnable.filter((each) => !tools.includes(each))) {
    const because = 'a deferred tool is offered once a tool search has named it';
    notes.push({ code: 'coerced', path, because, harmless: true });
  }
  return settle(
    tools.flatMap(({ tool }) => tool ?? []),
    choice,
    hosted.length > 0,
    notes,
  );
}

function readTool(item: JsonObject, path: string, notes: Note[]): OfferedTool {
  const type = optionalString(item.type, `${path}.type`) ?? 'custom';
  const name = requiredString(item.name ?? item.mcp_server_name, `${path}.name`);
  const known = type === 'custom' ? undefined : describeClientTool(type);
  const offered = { name, type, deferred: optionalBoolean(item.defer_loading, `${path}.defer_loading`) === true, path };
  if (type !== 'custom' && known === undefined) return offered;
  if (known !== undefined) {
    const because = `Cortex knows no tools of type "${type}", so its description and schema are spelled out`;
    notes.push({ code: 'coerced', path: `${path}.type`, because, harmless: true });
  }
  noteUnknownFields(item, TOOL_FIELDS, 'tools[]', notes);
  const description = optionalString(item.description, `${path}.description`) ?? known?.description;
  const schema = optionalObject(item.input_schema, `${path}.input_schema`) ?? known?.schema;
  const strict = optionalBoolean(item.strict, `${path}.strict`);
  const cache = readCacheMark(item.cache_control, `${path}.cache_control`, notes);
  return {
    ...offered,
    tool: {
      name,
      ...(description === undefined ? {} : { description }),
      ...(schema === undefined ? {} : { schema }),
      ...(strict === undefined ? {} : { strict }),
      ...(cache === undefined ? {} : { cache }),
    },
  };
}

function refuseOrNote({ name, type, path }: OfferedTool, forced: string | undefined, notes: Note[]): void {
  if (name === forced) {
    throw new GatewayError(
      'unsupported',
      `The tool "${name}" of type "${type}" runs on Anthropic's servers, and Cortex has none. Offer a tool that the client runs.`,
      { param: 'tool_choice' },
    );
  }
  // Without a search every tool is offered in full, which comes to the same.
  const harmless = type.startsWith('tool_search_tool_') ? { harmless: true } : {};
  const because = `a tool of type "${type}" runs on Anthropic's servers, and Cortex has none`;
  notes.push({ code: 'dropped', path, because, ...harmless });
}

function readChoice(value: Json | undefined): Omit<Tooling, 'tools'> {
  if (value === undefined || value === null) return { toolChoice: { mode: 'auto' } };
  const choice = isObject(value) ? value : { type: value };
  const alone = optionalBoolean(choice.disable_parallel_tool_use, 'tool_choice.disable_parallel_tool_use');
  const parallel = alone === true ? { parallelTools: false } : {};
  const mode = optionalWord(choice.type, 'tool_choice.type', ['auto', 'any', 'tool', 'none'] as const) ?? 'auto';
  if (mode !== 'tool') return { toolChoice: { mode }, ...parallel };
  return { toolChoice: { mode: 'named', name: requiredString(choice.name, 'tool_choice.name') }, ...parallel };
}

function settle(tools: Tool[], choice: Omit<Tooling, 'tools'>, someHosted: boolean, notes: Note[]): Tooling {
  const { toolChoice } = choice;
  if (toolChoice.mode === 'named' && !tools.some(({ name }) => name === toolChoice.name)) {
    throw invalid(
      'tool_choice.name',
      `names the tool "${toolChoice.name}", which is not among the tools of this request`,
    );
  }
  if (toolChoice.mode !== 'any' || tools.length > 0) return { tools, ...choice };
  const because = someHosted ? 'none of the tools it may choose runs here' : 'the request has no tools to choose from';
  notes.push({ code: 'dropped', path: 'tool_choice', because });
  return { ...choice, tools, toolChoice: { mode: 'auto' } };
}
