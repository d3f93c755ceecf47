import type { Usage } from '../../ir/usage.ts';
import type { WireUsage } from './wire-answer.ts';

/**
 * The counts of an answer. The four that every client reads are always there; one that the upstream
 * never reported is 0, because SDKs do arithmetic with them.
 */
export function writeUsage(usage: Usage | undefined): WireUsage {
  const { input, cacheRead, cacheWrite5m, cacheWrite1h, output, reasoning } = usage ?? {};
  return {
    input_tokens: input ?? 0,
    cache_creation_input_tokens: (cacheWrite5m ?? 0) + (cacheWrite1h ?? 0),
    cache_read_input_tokens: cacheRead ?? 0,
    ...(cacheWrite5m === undefined && cacheWrite1h === undefined
      ? {}
      : {
          cache_creation: {
            ephemeral_5m_input_tokens: cacheWrite5m ?? 0,
            ephemeral_1h_input_tokens: cacheWrite1h ?? 0,
          },
        }),
    output_tokens: output ?? 0,
    ...(reasoning === undefined ? {} : { output_tokens_details: { thinking_tokens: reasoning } }),
  };
}
