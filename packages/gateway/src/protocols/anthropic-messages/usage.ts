import { isObject, type Json, type JsonObject } from '../../ir/json.ts';
import type { Usage } from '../../ir/usage.ts';

/** The counts of one usage object; undefined when it holds none. `input_tokens` already excludes what caches read and wrote. */
export function readUsage(raw: JsonObject): Usage | undefined {
  const written = isObject(raw.cache_creation) ? raw.cache_creation : {};
  const details = isObject(raw.output_tokens_details) ? raw.output_tokens_details : {};
  const cacheWrite1h = count(written.ephemeral_1h_input_tokens);
  const cacheWrite5m =
    count(written.ephemeral_5m_input_tokens) ?? shortLived(count(raw.cache_creation_input_tokens), cacheWrite1h);
  const counts: Omit<Usage, 'raw'> = {
    ...given('input', count(raw.input_tokens)),
    ...given('cacheRead', count(raw.cache_read_input_tokens)),
    ...given('cacheWrite5m', cacheWrite5m),
    ...given('cacheWrite1h', cacheWrite1h),
    ...given('output', count(raw.output_tokens)),
    ...given('reasoning', count(details.thinking_tokens)),
  };
  return Object.keys(counts).length === 0 ? undefined : { ...counts, raw: [raw] };
}

/** The total of cache writes covers both lifetimes. */
function shortLived(total: number | undefined, longLived: number | undefined): number | undefined {
  return total === undefined ? undefined : Math.max(0, total - (longLived ?? 0));
}

function count(value: Json | undefined): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

function given<K extends keyof Usage>(key: K, value: number | undefined): { [P in K]?: number } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]?: number });
}
