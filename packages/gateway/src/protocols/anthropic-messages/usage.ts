import { isObject, type Json, type JsonObject } from '../../ir/json.ts';
import type { Usage } from '../../ir/usage.ts';

/** The counts of one usage object; undefined when it holds none. `input_tokens` already excludes what caches read and wrote. */
export function readUsage(raw: JsonObject): Usage | undefined {
  const written = isObject(raw.cache_creation) ? raw.cache_creation : {};
  const details = isObject(raw.output_tokens_details) ? raw.output_tokens_details : {};
  const cacheWrite1h = count(written.ephemeral_1h_input_tokens);
  const cacheWrite5m =
    count(written.ephemeral_5m_input_tokens) ?? shortLived(count(raw.cache_creation_input_tokens), cacheWrite1h);
  const usage: Usage = { raw: [raw] };
  note(usage, 'input', count(raw.input_tokens));
  note(usage, 'cacheRead', count(raw.cache_read_input_tokens));
  note(usage, 'cacheWrite5m', cacheWrite5m);
  note(usage, 'cacheWrite1h', cacheWrite1h);
  note(usage, 'output', count(raw.output_tokens));
  note(usage, 'reasoning', count(details.thinking_tokens));
  return Object.keys(usage).length === 1 ? undefined : usage;
}

/** The total of cache writes covers both lifetimes. */
function shortLived(total: number | undefined, longLived: number | undefined): number | undefined {
  return total === undefined ? undefined : Math.max(0, total - (longLived ?? 0));
}

function count(value: Json | undefined): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

/** What the upstream does not say stays absent. */
function note(usage: Usage, counted: Exclude<keyof Usage, 'raw' | 'estimated'>, value: number | undefined): void {
  if (value !== undefined) usage[counted] = value;
}
