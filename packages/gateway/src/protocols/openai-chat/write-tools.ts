/** Tools and the choice among them, IR → JSON. */
import type { JsonObject } from '../../ir/json.ts';
import type { Note } from '../../ir/note.ts';
import type { GenerateRequest, Tool } from '../../ir/request.ts';
import { toolNameOnWire } from '../../ir/tool-names.ts';
import { isStrictSchema } from './strict-schema.ts';

/** Some servers of this dialect refuse a function without parameters. */
const NO_PARAMETERS: JsonObject = { type: 'object', properties: {}, additionalProperties: false };

/** Nothing at all without tools: OpenAI refuses an empty list, and a choice among none. */
export function writeTooling({ tools, toolChoice, parallelTools }: GenerateRequest, notes: Note[]): JsonObject {
  if (tools.length === 0) return {};
  const choice = {
    auto: undefined,
    none: 'none',
    any: 'required',
    named:
      toolChoice.mode === 'named'
        ? { type: 'function', function: { name: toolNameOnWire(toolChoice.name) } }
        : undefined,
  }[toolChoice.mode];
  return {
    tools: tools.map((tool, index) => writeTool(tool, `tools[${index}]`, notes)),
    ...(choice === undefined ? {} : { tool_choice: choice }),
    ...(parallelTools === undefined ? {} : { parallel_tool_calls: parallelTools }),
  };
}

function writeTool(tool: Tool, path: string, notes: Note[]): JsonObject {
  const { description, schema, strict } = tool;
  const parameters = schema === undefined ? NO_PARAMETERS : { type: 'object', ...schema };
  const loose = strict === true && !isStrictSchema(parameters);
  if (loose) {
    const because = 'OpenAI does not enforce a schema of this form, so arguments may stray from it';
    notes.push({ code: 'dropped', path: `${path}.strict`, because });
  }
  return {
    type: 'function',
    function: {
      name: toolNameOnWire(tool.name),
      ...(description === undefined ? {} : { description }),
      parameters,
      ...(strict === undefined || loose ? {} : { strict }),
      ...tool.ext?.['openai-chat'],
    },
  };
}
