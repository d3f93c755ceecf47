/** Reasoning on Claude through the chat endpoint. */
import { isObject, type JsonObject } from '../../ir/json.ts';
import { verifyThought } from '../script/signature.ts';
import type { ChatMessage } from './chat-request.ts';
import { type Rule, refuseChat } from './rule.ts';
import { outputLimitOf } from './rules-limits.ts';

const MIN_BUDGET_TOKENS = 1024;
const MIN_TOP_P = 0.95;

/** True when the request switches reasoning on: by effort, by budget, or by OpenRouter's `enabled`. */
export function wantsReasoning(body: JsonObject): boolean {
  const { reasoning } = body;
  if (!isObject(reasoning) || reasoning.enabled === false) return false;
  const { effort, max_tokens: budget } = reasoning;
  if (typeof effort === 'string') return effort !== 'none';
  return typeof budget === 'number' ? budget > 0 : reasoning.enabled === true;
}

export const thinkingRules: readonly Rule[] = [
  /** docs/cortex-quirks.md#thinking-temperature */
  function temperature({ body }, model, { reasoningTemperature }) {
    if (!wantsReasoning(body) || model.thinking === 'none') return undefined;
    // Models without sampling parameters have no default temperature that could stand in the way.
    if (model.sampling && reasoningTemperature === 'refuse' && body.temperature !== 1) {
      return refuseChat('thinking-temperature');
    }
    return typeof body.top_p === 'number' && body.top_p < MIN_TOP_P ? refuseChat('thinking-top-p') : undefined;
  },

  function budget({ body }, model) {
    const wanted = isObject(body.reasoning) ? body.reasoning.max_tokens : undefined;
    if (!wantsReasoning(body) || model.thinking === 'none' || typeof wanted !== 'number') return undefined;
    if (wanted < MIN_BUDGET_TOKENS) return refuseChat('thinking-minimum');
    return wanted >= outputLimitOf(body) ? refuseChat('thinking-budget') : undefined;
  },

  function forcedTool({ body, tools }, model) {
    if (!wantsReasoning(body) || model.thinking === 'none' || tools.length === 0) return undefined;
    const forced = body.tool_choice === 'required' || isObject(body.tool_choice);
    return forced ? refuseChat('thinking-forced-tool') : undefined;
  },

  function signatures({ messages }, model) {
    const index = messages.findIndex((message) => hasForgedThought(message, model.name));
    return index < 0 ? undefined : refuseChat('thinking-signature', { index });
  },
];

/** A thought without a signature passes: streams give none, so clients cannot send one. */
function hasForgedThought({ raw }: ChatMessage, model: string): boolean {
  if (!Array.isArray(raw.reasoning_details)) return false;
  return raw.reasoning_details.some((detail) => {
    if (!isObject(detail) || typeof detail.signature !== 'string') return false;
    return !verifyThought(model, typeof detail.text === 'string' ? detail.text : '', detail.signature);
  });
}
