/** How the request wants to be answered, as far as the chart says that the family honours the wish. */
import { isObject, type JsonObject } from '../../ir/json.ts';
import type { SandboxModel } from '../model-table.ts';
import type { Prompt } from '../prompt.ts';
import { honours } from './request-chart.ts';
import { outputLimitOf } from './rules-limits.ts';

const SAMPLING = ['temperature', 'top_p'];
const BIASES = ['frequency_penalty', 'presence_penalty', 'logit_bias'];

type Wishes = Pick<Prompt, 'oneCall' | 'thinkingTokens' | 'settings' | 'verbosity' | 'choices' | 'cacheKey'>;

export function wishesOf(body: JsonObject, model: SandboxModel): Wishes {
  const wish = (field: string) => (honours(model.family, field) ? (body[field] ?? undefined) : undefined);
  const [verbosity, choices, cacheKey] = ['verbosity', 'n', 'prompt_cache_key'].map(wish);
  const settings = settingsOf(wish, model);
  const thinkingTokens = thinkingTokensOf(body, model);
  return {
    ...(wish('parallel_tool_calls') === false ? { oneCall: true as const } : {}),
    ...(verbosity === 'low' || verbosity === 'high' ? { verbosity } : {}),
    ...(typeof choices === 'number' ? { choices } : {}),
    ...(typeof cacheKey === 'string' ? { cacheKey } : {}),
    ...(Object.keys(settings).length === 0 ? {} : { settings }),
    ...(thinkingTokens === undefined ? {} : { thinkingTokens }),
  };
}

/** A model without sampling parameters ignores them where it does not refuse them (`Switches.sampling`). */
function settingsOf(wish: (field: string) => JsonObject[string], { sampling }: SandboxModel): JsonObject {
  const fields = [...(sampling ? SAMPLING : []), ...BIASES];
  return Object.fromEntries(fields.map((field) => [field, wish(field)]).filter(([, value]) => value !== undefined));
}

/** docs/cortex-quirks.md#effort-to-budget */
const SHARES: Readonly<Record<string, number>> = { low: 0.2, medium: 0.5, high: 0.8, xhigh: 0.95, max: 0.95 };
const LEAST_BUDGET_TOKENS = 1_024;

function thinkingTokensOf(body: JsonObject, { family }: SandboxModel): number | undefined {
  const { reasoning } = body;
  if (!isObject(reasoning) || !honours(family, 'reasoning.max_tokens')) return undefined;
  if (typeof reasoning.max_tokens === 'number') return reasoning.max_tokens;
  const share = typeof reasoning.effort === 'string' ? SHARES[reasoning.effort] : undefined;
  return share === undefined ? undefined : Math.max(LEAST_BUDGET_TOKENS, Math.floor(outputLimitOf(body) * share));
}
