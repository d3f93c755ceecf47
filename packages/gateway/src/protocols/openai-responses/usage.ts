import type { Usage } from '../../ir/usage.ts';
import type { ResponseUsage } from './wire.ts';

/**
 * OpenAI's `input_tokens` counts cached ones too, the IR's classes are disjoint. Null unless both sides
 * are known: Codex fails on a `usage` without `total_tokens` and takes null. The details must be there,
 * with 0 for what nobody reported (some clients refuse an object without them).
 */
export function writeUsage(usage: Usage | undefined): ResponseUsage | null {
  if (usage?.output === undefined) return null;
  const { input, cacheRead, cacheWrite5m, cacheWrite1h, output, reasoning } = usage;
  const known = [input, cacheRead, cacheWrite5m, cacheWrite1h].filter((count) => count !== undefined);
  if (known.length === 0) return null;
  const prompt = known.reduce((total, count) => total + count, 0);
  return {
    input_tokens: prompt,
    input_tokens_details: {
      cached_tokens: cacheRead ?? 0,
      cache_write_tokens: (cacheWrite5m ?? 0) + (cacheWrite1h ?? 0),
    },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: reasoning ?? 0 },
    total_tokens: prompt + output,
  };
}
