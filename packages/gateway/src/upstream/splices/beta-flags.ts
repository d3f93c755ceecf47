/**
 * `anthropic-beta`: Cortex answers 400 to any flag that is not on its list, which is Bedrock's
 * (docs/cortex-quirks.md#beta-flags). Several hold for some models only.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { Note } from '../../ir/note.ts';
import type { SpliceTarget } from './splice.ts';
import { ANTHROPIC_VERSION } from '../../protocols/anthropic-messages/version.ts';

export const CONTEXT_MANAGEMENT = 'context-management-2025-06-27';
export const TOOL_SEARCH = 'tool-search-tool-2025-10-19';

const TAKEN: Record<string, RegExp> = {
  'interleaved-thinking-2025-05-14': /^claude-/,
  [CONTEXT_MANAGEMENT]: /^claude-/,
  [TOOL_SEARCH]: /^claude-/,
  'context-1m-2025-08-07': /^claude-(4-sonnet|sonnet-4-5|sonnet-4-6|opus-4-6)$/,
  'token-efficient-tools-2025-02-19': /^claude-(3-7|4)-/,
  'output-128k-2025-02-19': /^claude-3-7-/,
};

/** Whether the client asks for this feature and the model's backend has it. */
export function hasFlag(flag: string, { headers, model }: SpliceTarget): boolean {
  return flagsOf(headers).includes(flag) && isTaken(flag, model);
}

/** The protocol's headers as Cortex takes them. The version is the one it documents, whatever the client's SDK is at. */
export function filterHeaders({ headers, model }: SpliceTarget): { headers: Record<string, string>; notes: Note[] } {
  const flags = flagsOf(headers);
  const taken = flags.filter((flag) => isTaken(flag, model));
  const refused = flags.filter((flag) => !taken.includes(flag));
  const because = `Cortex takes a short list of flags only, so ${refused.join(', ')} stayed here`;
  return {
    headers: {
      'anthropic-version': ANTHROPIC_VERSION,
      ...(taken.length === 0 ? {} : { 'anthropic-beta': taken.join(',') }),
    },
    // What a flag asks for is a field of the body, and has a note of its own when it goes.
    notes: refused.length === 0 ? [] : [{ code: 'dropped', path: 'anthropic-beta', because, harmless: true }],
  };
}

function isTaken(flag: string, model: string): boolean {
  return Object.hasOwn(TAKEN, flag) && TAKEN[flag]?.test(model) === true;
}

function flagsOf(headers: IncomingHttpHeaders): string[] {
  const sent = headers['anthropic-beta'];
  if (sent === undefined) return [];
  const header = [sent].flat().join(',');
  return Array.from(new Set(header.split(',').flatMap((flag) => flag.trim() || [])));
}
