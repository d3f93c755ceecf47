import { LEAST_THINKING_TOKENS } from '../../ir/claude-thoughts.ts';
import { isObject, type JsonObject } from '../../ir/json.ts';
import type { Note } from '../../ir/note.ts';
import type { GenerateRequest } from '../../ir/request.ts';
import { chooseEffort } from '../../protocols/openai-chat/effort.ts';
import type { MendTarget } from './mend.ts';

type Reasoning = NonNullable<GenerateRequest['reasoning']>;

/** What models take that know only budgets: Cortex makes one of the word. */
const WORDS = ['low', 'medium', 'high'];

/**
 * Asks Claude to reason, in a body whose output limit is already set. A wish that the rest of the request
 * makes impossible is dropped, one that is too strong or too weak is bent.
 * @param path the field that the wish came in
 */
export function askClaude(body: JsonObject, asked: Reasoning, path: string, { capabilities }: MendTarget): Note[] {
  const notes: Note[] = [];
  const reasoning = planReasoning(body, asked, path, capabilities.efforts, notes);
  if (reasoning === undefined) return notes;
  body.reasoning = reasoning;
  // Models without sampling have lost it already, and refuse the 1 as well.
  if (!capabilities.sampling) return notes;
  // docs/cortex-quirks.md#thinking-temperature
  if (typeof body.temperature === 'number' && body.temperature !== 1) {
    notes.push({ code: 'coerced', path: 'temperature', because: `thinking (${path}) demands a temperature of 1` });
  }
  if (body.top_p !== undefined) {
    notes.push({ code: 'dropped', path: 'top_p', because: `thinking (${path}) does not go with it` });
  }
  body.temperature = 1;
  delete body.top_p;
  return notes;
}

function planReasoning(
  { tool_choice: choice, max_completion_tokens: limit }: JsonObject,
  asked: Reasoning,
  path: string,
  efforts: readonly string[],
  notes: Note[],
): JsonObject | undefined {
  const { effort, budgetTokens } = asked;
  if (effort === 'none' || (effort === undefined && budgetTokens === undefined)) return undefined;
  if (choice === 'required' || isObject(choice)) {
    notes.push({ code: 'dropped', path, because: 'Claude cannot think when it is forced to call a tool' });
    return undefined;
  }
  if (budgetTokens === undefined) {
    const word = chooseEffort(asked, efforts.length === 0 ? WORDS : efforts);
    if (word !== effort) notes.push(coerced(path, `Claude is asked for the effort "${word}", the nearest it takes`));
    return { effort: word };
  }
  const room = (typeof limit === 'number' ? limit : Number.POSITIVE_INFINITY) - LEAST_THINKING_TOKENS;
  if (room < LEAST_THINKING_TOKENS) {
    notes.push({
      code: 'dropped',
      path,
      because: `an answer of ${room + LEAST_THINKING_TOKENS} tokens leaves no room to think`,
    });
    return undefined;
  }
  const budget = Math.max(LEAST_THINKING_TOKENS, Math.min(budgetTokens, room));
  if (budget !== budgetTokens) {
    notes.push(
      coerced(
        path,
        `Claude can think with ${LEAST_THINKING_TOKENS} to ${room} tokens here, so ${budget} are asked for`,
      ),
    );
  }
  return { max_tokens: budget };
}

function coerced(path: string, because: string): Note {
  return { code: 'coerced', path, because };
}
