/** Values that sampling settings may have: in OpenAI's words for its models, in Anthropic's for the others. */
import { isObject, type Json } from '../../ir/json.ts';
import type { Refusal } from '../errors.ts';
import { type Rule, refuseChat } from './rule.ts';

/** OpenAI API reference, Create chat completion. */
const OPENAI_RANGES: Readonly<Record<string, readonly [least: number, most: number]>> = {
  temperature: [0, 2],
  top_p: [0, 1],
  frequency_penalty: [-2, 2],
  presence_penalty: [-2, 2],
};
const LARGEST_BIAS = 100;
const VERBOSITIES = ['low', 'medium', 'high'];

export const openaiSamplingRules: readonly Rule[] = [
  function ranges({ body }) {
    for (const [field, range] of Object.entries(OPENAI_RANGES)) {
      const refusal = checkDecimal(field, body[field], range);
      if (refusal !== undefined) return refusal;
    }
    return undefined;
  },

  function logitBias({ body: { logit_bias: bias } }) {
    if (bias === undefined || bias === null) return undefined;
    if (!isObject(bias))
      return refuseChat('openai-type', { field: 'logit_bias', wanted: 'an object', got: kindOf(bias) });
    for (const [token, value] of Object.entries(bias)) {
      const refusal = checkDecimal(`logit_bias[${token}]`, value, [-LARGEST_BIAS, LARGEST_BIAS]);
      if (refusal !== undefined) return refusal;
    }
    return undefined;
  },

  function verbosity({ body: { verbosity: word } }) {
    if (word === undefined || word === null || VERBOSITIES.includes(word as string)) return undefined;
    return refuseChat('openai-verbosity', { word: typeof word === 'string' ? word : JSON.stringify(word) });
  },

  function parallelToolCalls({ body: { parallel_tool_calls: wish } }) {
    if (wish === undefined || wish === null || typeof wish === 'boolean') return undefined;
    return refuseChat('openai-type', { field: 'parallel_tool_calls', wanted: 'a boolean', got: kindOf(wish) });
  },

  function cacheKey({ body: { prompt_cache_key: key } }) {
    if (key === undefined || key === null || typeof key === 'string') return undefined;
    return refuseChat('openai-type', { field: 'prompt_cache_key', wanted: 'a string', got: kindOf(key) });
  },
];

/** docs/cortex-quirks.md#temperature-range */
export const samplingRules: readonly Rule[] = [
  function ranges({ body }) {
    const field = ['temperature', 'top_p'].find((name) => {
      const value = body[name] ?? 0;
      return typeof value !== 'number' || value < 0 || value > 1;
    });
    return field === undefined ? undefined : refuseChat('sampling-range', { field });
  },
];

function checkDecimal(
  field: string,
  value: Json | undefined,
  [least, most]: readonly [number, number],
): Refusal | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number') return refuseChat('openai-type', { field, wanted: 'a decimal', got: kindOf(value) });
  if (value < least) return refuseChat('openai-below', { field, least, value });
  return value > most ? refuseChat('openai-above', { field, most, value }) : undefined;
}

function kindOf(value: Json): string {
  if (Array.isArray(value)) return 'an array';
  return { string: 'a string', boolean: 'a boolean', number: 'a decimal', object: 'an object' }[
    typeof value as 'string' | 'boolean' | 'number' | 'object'
  ];
}
