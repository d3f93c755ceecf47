/** Sizes that hold for every family. */
import type { JsonObject } from '../../ir/json.ts';
import { type Rule, refuseChat } from './rule.ts';

/** Snowflake docs, Chat Completions API, limitations. */
const DEFAULT_OUTPUT_TOKENS = 4096;
const THEORETICAL_OUTPUT_TOKENS = 131_072;
const REST_TABLE_OUTPUT_TOKENS = 16_384;
const MAX_IMAGES = 20;
const DATA_URL = /^data:image\/[a-z+.-]+;base64,/;

export function outputLimitOf({ max_completion_tokens: wanted }: JsonObject): number {
  return typeof wanted === 'number' ? wanted : DEFAULT_OUTPUT_TOKENS;
}

export const limitRules: readonly Rule[] = [
  function outputLimit({ body }, model, { outputCap }) {
    const wanted = body.max_completion_tokens;
    if (wanted === undefined || wanted === null) return undefined;
    if (typeof wanted !== 'number' || !Number.isInteger(wanted) || wanted < 1) return refuseChat('output-positive');
    const limit = {
      model: Math.min(model.maxOutput, THEORETICAL_OUTPUT_TOKENS),
      'rest-table': REST_TABLE_OUTPUT_TOKENS,
      none: THEORETICAL_OUTPUT_TOKENS,
    }[outputCap];
    return wanted > limit ? refuseChat('output-limit', { limit }) : undefined;
  },

  function images({ messages }, model) {
    if (model.family === 'other') return undefined;
    const urls = messages.flatMap(({ blocks }) => blocks.filter(({ type }) => type === 'image_url'));
    if (urls.length === 0) return undefined;
    if (!model.vision) return refuseChat('image-part');
    if (urls.length > MAX_IMAGES) return refuseChat('image-count');
    return urls.every(({ imageUrl }) => DATA_URL.test(imageUrl ?? '')) ? undefined : refuseChat('image-url');
  },
];
