import { isObject, type Json, type JsonObject } from '../../ir/json.ts';
import type { Note } from '../../ir/note.ts';
import { onCortex, type RequestMend } from './mend.ts';

const DEFINITION = ['name', 'description', 'parameters', 'strict'];

/** Clients mix in the tools of the Responses API and of Anthropic; chat has one form of a function. */
export const toolForms: RequestMend = {
  id: 'tool-forms',
  since: '2026-11',
  evidence: 'docs/cortex-quirks.md#tool-forms',
  applies: onCortex,
  request(body) {
    const notes: Note[] = [];
    if (Array.isArray(body.tools)) {
      body.tools = body.tools.flatMap((tool, index) => toFunction(tool, `tools[${index}]`, notes));
    }
    if (body.tool_choice === 'any') body.tool_choice = 'required';
    const choice = body.tool_choice;
    if (isObject(choice) && typeof choice.name === 'string' && (choice.type === 'function' || choice.type === 'tool')) {
      body.tool_choice = { type: 'function', function: { name: choice.name } };
    }
    return notes;
  },
};

function toFunction(tool: Json, path: string, notes: Note[]): Json[] {
  if (!isObject(tool) || isObject(tool.function)) return [tool];
  const { type, input_schema: schema } = tool;
  if (isObject(schema) || type === 'function' || type === undefined || type === null) {
    const definition: JsonObject = Object.fromEntries(DEFINITION.map((field) => [field, tool[field]]));
    const rest = Object.entries(tool).filter(([field]) => !DEFINITION.includes(field) && field !== 'input_schema');
    const parameters = definition.parameters ?? schema;
    return [{ ...Object.fromEntries(rest), type: 'function', function: { ...definition, parameters } }];
  }
  if (type === 'custom') return [tool];
  const because = `tools of type ${JSON.stringify(type)} are not available here, only functions and custom tools`;
  notes.push({ code: 'dropped', path, because });
  return [];
}
