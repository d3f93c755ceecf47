import { contentsOf, hasText, toolCallsOf } from './chunk.ts';
import { type AnswerMend, onCortex } from './mend.ts';

/**
 * Parallel calls all stream with index 0, and clients that go by the index join their arguments. Calls
 * are numbered by their ids instead; a correct stream keeps its numbers.
 */
export const toolIndexZero: AnswerMend = {
  id: 'tool-index-zero',
  since: '2026-09',
  evidence: 'docs/cortex-quirks.md#tool-index-zero',
  applies: onCortex,
  edit() {
    const byId = new Map<string, number>();
    const byUpstreamIndex = new Map<unknown, number>();
    let calls = 0;
    return (chunk) => {
      for (const { choice, content } of contentsOf(chunk)) {
        if (content === choice.message) continue;
        for (const call of toolCallsOf(content)) {
          const known = hasText(call.id) ? byId.get(call.id) : byUpstreamIndex.get(call.index);
          const index = known ?? (hasText(call.id) || calls === 0 || startsCall(call.function) ? calls : calls - 1);
          calls = Math.max(calls, index + 1);
          if (hasText(call.id)) byId.set(call.id, index);
          byUpstreamIndex.set(call.index, index);
          call.index = index;
        }
      }
    };
  },
};

/** A call without an id is a new one only when it says its name. */
function startsCall(called: unknown): boolean {
  return typeof called === 'object' && called !== null && 'name' in called && hasText(called.name);
}
