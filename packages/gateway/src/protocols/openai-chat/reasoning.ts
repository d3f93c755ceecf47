/** The three ways to ask for reasoning: OpenAI's effort, OpenRouter's object, Anthropic's `thinking` as LiteLLM takes it. */
import type { JsonObject } from '../../ir/json.ts';
import type { Effort, GenerateRequest } from '../../ir/request.ts';
import { optionalBoolean, optionalNumber, optionalObject, optionalString, optionalWord } from '../validate.ts';

const EFFORTS = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'] as const satisfies readonly Effort[];

type Reasoning = NonNullable<GenerateRequest['reasoning']>;

/** `reasoning` overrides `reasoning_effort`, as at Snowflake; `thinking` is looked at when neither says anything. */
export function readReasoning(body: JsonObject): Reasoning | undefined {
  const effort = optionalWord(body.reasoning_effort, 'reasoning_effort', EFFORTS);
  const asked = { ...(effort === undefined ? {} : { effort }), ...readReasoningObject(body) };
  const reasoning = { ...readThinkingOption(body, asked), ...asked };
  return Object.keys(reasoning).length === 0 ? undefined : reasoning;
}

function readReasoningObject(body: JsonObject): Reasoning {
  const reasoning = optionalObject(body.reasoning, 'reasoning');
  if (reasoning === undefined) return {};
  const effort = optionalWord(reasoning.effort, 'reasoning.effort', EFFORTS);
  const budgetTokens = optionalNumber(reasoning.max_tokens, 'reasoning.max_tokens', { least: 1, whole: true });
  const enabled = optionalBoolean(reasoning.enabled, 'reasoning.enabled');
  const show = readShow(reasoning);
  return {
    ...(effort === undefined ? {} : { effort }),
    ...(budgetTokens === undefined ? {} : { budgetTokens }),
    ...(enabled === false ? { effort: 'none' } : {}),
    ...(enabled === true && effort === undefined && budgetTokens === undefined ? { effort: 'medium' } : {}),
    ...(show === undefined ? {} : { show }),
  };
}

function readShow(reasoning: JsonObject): Reasoning['show'] {
  if (optionalBoolean(reasoning.exclude, 'reasoning.exclude') === true) return 'none';
  return optionalString(reasoning.summary, 'reasoning.summary') === undefined ? undefined : 'summary';
}

function readThinkingOption(body: JsonObject, asked: Reasoning): Reasoning {
  const thinking = optionalObject(body.thinking, 'thinking');
  if (thinking === undefined) return {};
  const kind = optionalWord(thinking.type, 'thinking.type', ['enabled', 'disabled', 'adaptive'] as const);
  const budgetTokens = optionalNumber(thinking.budget_tokens, 'thinking.budget_tokens', { least: 1, whole: true });
  if (asked.effort !== undefined || asked.budgetTokens !== undefined) return {};
  if (kind === 'disabled') return { effort: 'none' };
  if (budgetTokens !== undefined) return { budgetTokens };
  return kind === undefined ? {} : { effort: kind === 'adaptive' ? 'high' : 'medium' };
}
