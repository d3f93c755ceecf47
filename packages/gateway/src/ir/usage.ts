import type { JsonObject } from './json.ts';

/**
 * Token counts in disjoint classes, so that cost is a dot product with a price row. A class the
 * upstream did not report is absent, never 0.
 */
export interface Usage {
  /** Prompt tokens that were neither read from nor written to a cache. */
  input?: number;
  cacheRead?: number;
  cacheWrite5m?: number;
  cacheWrite1h?: number;
  /** Completion tokens, reasoning included. */
  output?: number;
  /** The part of `output` spent on reasoning. */
  reasoning?: number;
  /** What the upstream sent, verbatim, in order. */
  raw: JsonObject[];
  /** Set when any count is our own estimate and not the upstream's word. */
  estimated?: true;
}

const COUNTS = ['input', 'cacheRead', 'cacheWrite5m', 'cacheWrite1h', 'output', 'reasoning'] as const;

/** Merges a later snapshot into an earlier one, field by field: presence wins, the last word wins, nothing is summed. */
export function mergeUsage(before: Usage | undefined, after: Usage): Usage {
  if (before === undefined) return after;
  const merged: Usage = { ...before, raw: [...before.raw, ...after.raw] };
  for (const count of COUNTS) if (after[count] !== undefined) merged[count] = after[count];
  if (after.estimated) merged.estimated = true;
  return merged;
}

/** Adds the usage of separate answers (the choices of `n` > 1). A class absent everywhere stays absent. */
export function sumUsage(parts: Usage[]): Usage {
  if (parts.length === 1) return parts[0]!;
  const sum: Usage = { raw: parts.flatMap((part) => part.raw) };
  for (const key of COUNTS) {
    const known = parts.map((part) => part[key]).filter((count) => count !== undefined);
    if (known.length > 0) sum[key] = known.reduce((total, count) => total + count, 0);
  }
  if (parts.some((part) => part.estimated)) sum.estimated = true;
  return sum;
}

/** Everything that rate limits count; cached tokens are prompt tokens, too. */
export function totalTokens({ input, cacheRead, cacheWrite5m, cacheWrite1h, output }: Usage): number {
  return (input ?? 0) + (cacheRead ?? 0) + (cacheWrite5m ?? 0) + (cacheWrite1h ?? 0) + (output ?? 0);
}

/** What was written to caches, however long it lasts there; undefined when nobody reported it. */
export function cacheWrites({
  cacheWrite5m,
  cacheWrite1h,
}: Pick<Usage, 'cacheWrite5m' | 'cacheWrite1h'>): number | undefined {
  return cacheWrite5m === undefined && cacheWrite1h === undefined
    ? undefined
    : (cacheWrite5m ?? 0) + (cacheWrite1h ?? 0);
}
