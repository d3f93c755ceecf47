/**
 * `anthropic-beta`: Bedrock's list and nothing else. Snowflake's page also lists `dev-full-thinking-2025-05-14`,
 * which the service refuses (docs/cortex-quirks.md#beta-flags).
 */
import type { IncomingHttpHeaders } from 'node:http';

const FLAGS: Record<string, RegExp> = {
  'interleaved-thinking-2025-05-14': /^claude-/,
  'context-management-2025-06-27': /^claude-/,
  'tool-search-tool-2025-10-19': /^claude-/,
  'effort-2025-11-24': /^claude-opus-4-5$/,
  'tool-examples-2025-10-29': /^claude-opus-4-5$/,
  'token-efficient-tools-2025-02-19': /^claude-(3-7|4)-/,
  'output-128k-2025-02-19': /^claude-3-7-/,
  'context-1m-2025-08-07': /^claude-(4-sonnet|sonnet-4-5|sonnet-4-6|opus-4-6)$/,
};

export function betaFlagsOf(headers: IncomingHttpHeaders): ReadonlySet<string> {
  const header = [headers['anthropic-beta'] ?? []].flat().join(',');
  return new Set(header.split(',').flatMap((flag) => flag.trim() || []));
}

/** The first flag that this model's backend does not know. */
export function strangeBetaFlag(flags: ReadonlySet<string>, model: string): string | undefined {
  return [...flags].find((flag) => !(Object.hasOwn(FLAGS, flag) && FLAGS[flag]!.test(model)));
}
