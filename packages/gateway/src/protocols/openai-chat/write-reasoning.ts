/** The wish for reasoning, IR → JSON. */
import type { JsonObject } from '../../ir/json.ts';
import type { Note } from '../../ir/note.ts';
import type { GenerateRequest } from '../../ir/request.ts';
import type { ModelCapabilities } from '../codec.ts';
import { chooseEffort } from './effort.ts';

/** OpenAI's word, or for Claude OpenRouter's object: docs/cortex-quirks.md#reasoning-forms */
export function writeReasoning(
  asked: GenerateRequest['reasoning'],
  { family, reasoning, efforts }: ModelCapabilities,
  notes: Note[],
): JsonObject {
  if (asked === undefined) return {};
  const { effort, budgetTokens, show } = asked;
  if (show !== undefined) {
    const because = 'chat completions have no field for how much of the reasoning is shown';
    notes.push({ code: 'dropped', path: 'reasoning.summary', because, harmless: true });
  }
  if (effort === undefined && budgetTokens === undefined) return {};
  if (reasoning === 'none') {
    const harmless = effort === 'none' ? { harmless: true } : {};
    notes.push({ code: 'dropped', path: 'reasoning', because: 'this model does not reason', ...harmless });
    return {};
  }
  if (family === 'claude') return { reasoning: budgetTokens === undefined ? { effort } : { max_tokens: budgetTokens } };
  const chosen = chooseEffort(asked, efforts);
  if (chosen !== effort) {
    const because = `this model is asked for the effort "${chosen}", the nearest it takes`;
    notes.push({ code: 'coerced', path: 'reasoning', because });
  }
  return { reasoning_effort: chosen };
}
