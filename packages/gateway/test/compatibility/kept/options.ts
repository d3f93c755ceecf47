// What becomes of the options of a request, in the words of every protocol.
import { isObject, type Json, type JsonObject } from '../../../src/ir/json.ts';
import { type Told, wordOf } from '../told.ts';
import { anyOf, harmless, harmlessWhen, option, type Rule, type Rules, sameJson, sameOption, valueAt } from './rule.ts';

/** What models with a thinking budget are given for each effort, and the other way round, in tokens. */
const BUDGETS: Record<string, number> = {
  minimal: 1_024,
  low: 1_024,
  medium: 2_048,
  high: 4_096,
  xhigh: 8_192,
  max: 16_384,
};

const effort: Rule = ({ value }, { body }) => sentEffort(body) === value || sentBudget(body) === BUDGETS[String(value)];

const budget: Rule = ({ value }, { body }) => {
  const nearest = ['xhigh', 'high', 'medium'].find((word) => BUDGETS[word]! <= Number(value)) ?? 'low';
  return sentBudget(body) === value || sentEffort(body) === nearest;
};

const thinks: Rule = ({ value }, { body }) => {
  const wanted = sentEffort(body) ?? 'none';
  const sent = isObject(sentThinking(body)) ? valueAt(body, 'thinking.type') !== 'disabled' : wanted !== 'none';
  return sent === (value !== 'disabled');
};

/** Claude tells its thoughts in summary, and the answer has them where the client reads them. */
const shownThoughts: Rule = ({ value, owners: [reasoning] }, { body }) =>
  valueAt(body, 'thinking.display') === value ||
  (isObject(sentThinking(body)) && value !== 'omitted') ||
  (reasoning?.effort === undefined && reasoning?.type === undefined);

const stopSequence: Rule = ({ value }, { body }) => [body.stop, body.stop_sequences].flat().includes(value);

/** At the same place in the schema that was sent, or told in words beside it. */
const answerSchema: Rule = ({ path, value }, told) => {
  const [, inner = ''] = /\.schema\.(.*)/.exec(path) ?? [];
  const key = inner.slice(inner.lastIndexOf('.') + 1);
  return schemasForAnswers(told).some((schema) => {
    const { description } = objectAt(schema, inner.slice(0, Math.max(0, inner.length - key.length - 1)));
    return sameJson(valueAt(schema, inner), value) || wordOf(description).includes(`${key}: ${String(value)}`);
  });
};

const answerForm: Rule = ({ value }, told) => {
  if (value === 'json_schema') return schemasForAnswers(told).length > 0;
  return valueAt(told.body, 'response_format.type') === value;
};

/** Where it is not said, it is always so. */
const strictAnswer: Rule = (leaf, told) =>
  option('response_format.json_schema.strict')(leaf, told) ||
  ['output_config.format.schema', 'response_format.schema'].some((path) => valueAt(told.body, path) !== undefined);

export const OPTIONS: Rules = [
  [/^(max_tokens|max_completion_tokens|max_output_tokens)$/, option('max_tokens', 'max_completion_tokens')],
  [/^stop(_sequences)?(\[\])?$/, stopSequence],
  [/^(reasoning_effort|reasoning\.effort|(messages\[\]\.)?output_config\.effort)$/, effort],
  [/^thinking\.type$/, thinks],
  [/^thinking\.budget_tokens$/, budget],
  [/^(thinking\.display|reasoning\.summary)$/, shownThoughts],
  [/^(response_format|text\.format|output_config\.format)\..*\$schema$/, harmless],
  [/^(response_format|text\.format|output_config\.format)(\.json_schema)?\.schema\./, answerSchema],
  [/^(response_format|text\.format|output_config\.format)\.type$/, anyOf(answerForm, harmlessWhen('text'))],
  // A label. Claude's structured output is always strict and has none.
  [/^(response_format\.json_schema|text\.format)\.name$/, harmless],
  [/^(response_format\.json_schema|text\.format)\.strict$/, strictAnswer],
  [/^(text\.)?verbosity$/, option('verbosity')],
  [/^(user|metadata\.user_id)$/, option('user', 'metadata.user_id')],
  [/^(temperature|top_p|top_k|seed|frequency_penalty|presence_penalty|logprobs|top_logprobs)$/, sameOption],
  [/^(logit_bias|prediction|context_management|metadata)\b/, sameOption],
  [/^(prompt_cache_key|prompt_cache_retention|safety_identifier|service_tier|speed)$/, sameOption],
  // What the gateway does itself: how the answer is told, which of it is kept, and how many answers there are.
  [/^(stream|stream_options\.include_usage|include\[\])$/, harmless],
  [/^store$/, harmlessWhen(true, false)],
  [/^n$/, harmlessWhen(1)],
  [/^(background|echo)$/, harmlessWhen(false)],
  // Which model it is is for routing, and for tests of that.
  [/^model$/, harmless],
];

/** Of Messages, and of `inference:complete`. */
function sentThinking(body: JsonObject): Json | undefined {
  return body.thinking ?? valueAt(body, 'anthropic.thinking');
}

function sentBudget(body: JsonObject): Json | undefined {
  return valueAt(sentThinking(body), 'budget_tokens');
}

function sentEffort(body: JsonObject): Json | undefined {
  const paths = ['reasoning_effort', 'output_config.effort', 'reasoning.effort', 'openai.reasoning.effort'];
  return paths.map((path) => valueAt(body, path)).find((value) => value !== undefined);
}

/** Of the answer itself, and of the tool that gives it where a model has no other way. */
function schemasForAnswers({ body, tools }: Told): Json[] {
  const paths = ['response_format.json_schema.schema', 'output_config.format.schema', 'response_format.schema'];
  const own = paths.map((path) => valueAt(body, path));
  const byTool = tools.filter(({ description }) => description.startsWith('Gives the final answer.'));
  return [...own.filter((schema) => schema !== undefined), ...byTool.map(({ schema }) => schema)];
}

function objectAt(schema: Json, path: string): JsonObject {
  const value = valueAt(schema, path);
  return isObject(value) ? value : {};
}
