/** Which words for the effort of reasoning a model takes. docs/cortex-quirks.md#openai-efforts */
import { isObject, type Json } from '../../ir/json.ts';
import { type Rule, refuseChat } from './rule.ts';

/** Snowflake docs, Cortex REST API; `none` is measured (hermes-snowflake, 2026-08). */
const DOCUMENTED_EFFORTS = ['none', 'minimal', 'low', 'medium', 'high'];

export const openaiEffort: Rule = ({ body }, model, { openaiEfforts }) => {
  const effort = (isObject(body.reasoning) ? body.reasoning.effort : undefined) ?? body.reasoning_effort;
  if (effort === undefined || effort === null || model.efforts.length === 0) return undefined;
  const known = openaiEfforts === 'documented' ? DOCUMENTED_EFFORTS : model.efforts;
  return known.includes(effort as string)
    ? undefined
    : refuseChat('openai-effort', { effort: wordOf(effort), known: listOf(known) });
};

export const claudeEffort: Rule = ({ body }, model) => {
  const effort = isObject(body.reasoning) ? body.reasoning.effort : undefined;
  if (effort === undefined || effort === null || model.efforts.length === 0) return undefined;
  const known = effort === 'none' || model.efforts.includes(effort as string);
  return known ? undefined : refuseChat('effort-word', { effort: wordOf(effort) });
};

function wordOf(effort: Json): string {
  return typeof effort === 'string' ? effort : JSON.stringify(effort);
}

/** `'none', 'low', and 'high'`, as OpenAI lists them. */
function listOf(words: readonly string[]): string {
  const quoted = words.map((word) => `'${word}'`);
  return `${quoted.slice(0, -1).join(', ')}, and ${quoted.at(-1)}`;
}
