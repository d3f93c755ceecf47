import { type Json, type JsonObject } from '../../ir/json.ts';
import type { Usage } from '../../ir/usage.ts';

/**
 * The counts of one usage object; undefined unless prompt and completion are both there, as they are not
 * in the empty objects that come before the last. Whether `prompt_tokens` counts the cached ones too is
 * told by the total: docs/cortex-quirks.md#complete-usage
 */
export function readUsage(raw: JsonObject): Usage | undefined {
  const prompt = count(raw.prompt_tokens);
  const output = count(raw.completion_tokens);
  if (prompt === undefined || output === undefined) return undefined;
  const cacheRead = count(raw.cache_read_input_tokens);
  const written = count(raw.cache_write_input_tokens);
  const cached = (cacheRead ?? 0) + (written ?? 0);
  const apart = cached > 0 && count(raw.total_tokens) === prompt + output + cached + (count(raw.guard_tokens) ?? 0);
  return {
    input: apart ? prompt : Math.max(0, prompt - cached),
    ...(cacheRead === undefined ? {} : { cacheRead }),
    ...(written === undefined ? {} : { cacheWrite5m: written }),
    output,
    raw: [raw],
  };
}

function count(value: Json | undefined): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}
