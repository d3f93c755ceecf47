import { GatewayError } from '../../errors/error.ts';
import type { Note } from '../../ir/note.ts';
import type { GenerateRequest, Tool, ToolChoice } from '../../ir/request.ts';
import type { ModelCapabilities } from '../codec.ts';
import { cacheControl } from '../../ir/cache-mark.ts';
import { writeToolSchema } from '../../ir/tool-schema.ts';
import { toolNameOnWire } from '../../ir/tool-names.ts';
import type { WireTool, WireToolChoice } from './wire.ts';

/**
 * Tools with the keys Cortex takes and no others: it answers 400 to any it does not know
 * (docs/cortex-quirks.md#tool-keys).
 */
export function writeTools(tools: Tool[], notes: Note[]): WireTool[] {
  const seen = new Set<string>();
  return tools.flatMap((tool, index): WireTool[] => {
    if (seen.has(tool.name)) {
      const because = `a tool named ${tool.name} is already there, and names must be unique`;
      notes.push({ code: 'dropped', path: `tools[${index}]`, because });
      return [];
    }
    seen.add(tool.name);
    if (tool.strict === true) {
      const because = 'Cortex refuses the field on Claude tools, so arguments may stray from the schema';
      // Harmless: the schema itself is sent, and agents check arguments anyway.
      notes.push({ code: 'dropped', path: `tools[${index}].strict`, because, harmless: true });
    }
    return [
      {
        name: toolNameOnWire(tool.name),
        ...(tool.description === undefined || tool.description === '' ? {} : { description: tool.description }),
        input_schema: writeToolSchema(tool.schema),
        ...cacheControl(tool.cache),
      },
    ];
  });
}

/** Whether the request makes the model call a tool, which excludes thinking. */
export function isForced(choice: ToolChoice): boolean {
  return choice.mode === 'any' || choice.mode === 'named';
}

/** The choice in Anthropic's words; undefined where it would say what happens anyway. */
export function writeToolChoice(request: GenerateRequest): WireToolChoice | undefined {
  const { toolChoice, parallelTools, tools } = request;
  if (tools.length === 0) return undefined;
  const alone = parallelTools === false ? { disable_parallel_tool_use: true as const } : {};
  switch (toolChoice.mode) {
    case 'auto':
      return parallelTools === false ? { type: 'auto', ...alone } : undefined;
    case 'none':
      return { type: 'none' };
    case 'any':
      return { type: 'any', ...alone };
    case 'named':
      return { type: 'tool', name: toolNameOnWire(toolChoice.name), ...alone };
  }
}

/**
 * A choice the model can be held to. Forcing needs tools to choose from; models that refuse to be forced
 * (Claude 5.5) are asked in words instead.
 * @throws GatewayError `invalid-request` when the named tool is not in the request
 */
export function settleToolChoice(
  request: GenerateRequest,
  capabilities: ModelCapabilities,
  notes: Note[],
): GenerateRequest {
  const { toolChoice, tools } = request;
  if (!isForced(toolChoice)) return request;
  if (toolChoice.mode === 'named' && !tools.some((tool) => tool.name === toolChoice.name)) {
    const message = `tool_choice names the tool "${toolChoice.name}", which is not among the tools of the request. Add it, or choose another.`;
    throw new GatewayError('invalid-request', message, { param: 'tool_choice' });
  }
  if (tools.length === 0) {
    notes.push({ code: 'dropped', path: 'tool_choice', because: 'the request has no tools to choose from' });
    return { ...request, toolChoice: { mode: 'auto' } };
  }
  if (capabilities.forcedTools !== false) return request;
  notes.push({
    code: 'coerced',
    path: 'tool_choice',
    because: 'this model cannot be forced to call a tool, so it is told to',
  });
  const which = toolChoice.mode === 'named' ? `the tool ${toolNameOnWire(toolChoice.name)}` : 'one of the tools';
  return {
    ...request,
    toolChoice: { mode: 'auto' },
    system: [...request.system, { kind: 'text', text: `Answer this request by calling ${which}.` }],
  };
}
