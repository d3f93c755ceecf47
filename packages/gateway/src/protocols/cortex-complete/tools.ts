import { GatewayError } from '../../errors/error.ts';
import type { JsonObject } from '../../ir/json.ts';
import type { Note } from '../../ir/note.ts';
import type { GenerateRequest, Tool } from '../../ir/request.ts';
import { toolNameOnWire } from '../../ir/tool-names.ts';
import { writeToolSchema } from '../../ir/tool-schema.ts';
import type { ModelCapabilities } from '../codec.ts';
import { cacheControl } from '../../ir/cache-mark.ts';
import type { WireTool, WireToolChoice } from './wire.ts';

export interface Tooling {
  tools?: WireTool[];
  tool_choice?: WireToolChoice;
}

/** Tools as the endpoint takes them. What it has no word for is told to the model in `settleToolChoice`. */
export function writeTooling({ tools, toolChoice, parallelTools }: GenerateRequest, notes: Note[]): Tooling {
  if (tools.length === 0) return {};
  if (parallelTools === false) {
    const because = 'inference:complete has no such field, so the model may call several tools at once';
    notes.push({ code: 'dropped', path: 'parallel_tool_calls', because });
  }
  const written = uniqueTools(tools, notes).map((tool, index) => writeTool(tool, `tools[${index}]`, notes));
  const names = written.map(({ tool_spec: { name } }) => name);
  switch (toolChoice.mode) {
    case 'any':
      return { tools: written, tool_choice: { type: 'required', name: names } };
    case 'named':
      return { tools: written, tool_choice: { type: 'tool', name: [toolNameOnWire(toolChoice.name)] } };
    case 'auto':
    case 'none':
      return { tools: written };
  }
}

/** True for a choice that makes the model call a tool, which excludes thinking on Claude. */
export function isForced({ toolChoice }: GenerateRequest): boolean {
  return toolChoice.mode === 'any' || toolChoice.mode === 'named';
}

/**
 * A request whose tools and tool choice this endpoint and model can be held to: what has no field is
 * asked for in words. `none` has none (docs/cortex-quirks.md#complete-tool-choice).
 * @throws GatewayError `invalid-request` when the named tool is not in the request
 */
export function settleToolChoice(
  request: GenerateRequest,
  { tools: canCall, forcedTools }: ModelCapabilities,
  notes: Note[],
): GenerateRequest {
  const { toolChoice, tools } = request;
  if (tools.length === 0) return { ...request, toolChoice: { mode: 'auto' } };
  if (!canCall) {
    notes.push({ code: 'dropped', path: 'tools', because: 'this model cannot call tools' });
    return { ...request, tools: [], toolChoice: { mode: 'auto' } };
  }
  if (toolChoice.mode === 'named' && !tools.some((tool) => tool.name === toolChoice.name)) {
    const message = `tool_choice names the tool "${toolChoice.name}", which is not among the tools of the request. Add it, or choose another.`;
    throw new GatewayError('invalid-request', message, { param: 'tool_choice' });
  }
  if (toolChoice.mode === 'none') {
    const called = request.turns.some((turn) => turn.parts.some((part) => part.kind === 'tool-call'));
    if (!called) return { ...request, tools: [], toolChoice: { mode: 'auto' } };
    return ask(request, 'inference:complete cannot forbid tools', 'Answer in words and call no tool.', notes);
  }
  if (forcedTools !== false || !isForced(request)) return request;
  const which = toolChoice.mode === 'named' ? `the tool ${toolNameOnWire(toolChoice.name)}` : 'one of the tools';
  return ask(request, 'this model cannot be forced to call a tool', `Answer this request by calling ${which}.`, notes);
}

function ask(request: GenerateRequest, cannot: string, words: string, notes: Note[]): GenerateRequest {
  notes.push({ code: 'coerced', path: 'tool_choice', because: `${cannot}, so the model is told to` });
  return { ...request, toolChoice: { mode: 'auto' }, system: [...request.system, { kind: 'text', text: words }] };
}

function uniqueTools(tools: Tool[], notes: Note[]): Tool[] {
  const seen = new Set<string>();
  return tools.filter((tool, index) => {
    if (!seen.has(tool.name)) return seen.add(tool.name);
    const because = `a tool named ${tool.name} is already there, and names must be unique`;
    notes.push({ code: 'dropped', path: `tools[${index}]`, because });
    return false;
  });
}

function writeTool(tool: Tool, path: string, notes: Note[]): WireTool {
  if (tool.strict === true) {
    const because = 'inference:complete has no such field, so arguments may stray from the schema';
    notes.push({ code: 'dropped', path: `${path}.strict`, because });
  }
  const schema: JsonObject = writeToolSchema(tool.schema);
  return {
    tool_spec: {
      type: 'generic',
      name: toolNameOnWire(tool.name),
      ...(tool.description === undefined || tool.description === '' ? {} : { description: tool.description }),
      input_schema: schema,
    },
    ...cacheControl(tool.cache),
  };
}
