/** Tools of every form in one list, and the choice among them. */
import { isObject, type JsonObject } from '../../ir/json.ts';
import type { Note } from '../../ir/note.ts';
import { readTooling as readChatTooling, type Tooling } from '../openai-chat/tools.ts';
import { optionalBoolean } from '../validate.ts';

/**
 * Chat's reader knows all the forms of a tool and of `tool_choice`. Here a choice without tools is left
 * out, because Cursor sends one with `tools: null`, and Anthropic's word on parallel calls is heard.
 * @throws GatewayError `invalid-request`, naming the field
 */
export function readTooling(body: JsonObject, notes: Note[]): Tooling {
  const { tool_choice: choice, ...rest } = body;
  const hasTools = Array.isArray(body.tools) && body.tools.length > 0;
  if (!hasTools && choice !== undefined && choice !== null) {
    notes.push({ code: 'dropped', path: 'tool_choice', because: 'there are no tools to choose from', harmless: true });
  }
  const tooling = readChatTooling(hasTools ? body : rest, notes);
  const alone = isObject(choice)
    ? optionalBoolean(choice.disable_parallel_tool_use, 'tool_choice.disable_parallel_tool_use')
    : undefined;
  return alone === true && hasTools ? { ...tooling, parallelTools: false } : tooling;
}
