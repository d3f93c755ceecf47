import { isObject, type JsonObject } from '../../ir/json.ts';
import { chunkLike, isUsageChunk, leaveOut } from './chunk.ts';
import { type AnswerMend, onCortex } from './mend.ts';

/** Token counts come once, after everything else, wherever the upstream put them: the last ones it gave. */
export const usageLast: AnswerMend = {
  id: 'usage-last',
  since: '2026-07',
  evidence: 'docs/cortex-quirks.md#usage-only-when-asked',
  applies: onCortex,
  stream() {
    let held: JsonObject | undefined;
    return {
      push(chunk) {
        if (isUsageChunk(chunk)) {
          held = chunk;
          return [];
        }
        if (isObject(chunk.usage)) {
          held = { ...chunkLike(chunk, {}), choices: [], usage: chunk.usage };
          leaveOut(chunk, 'usage');
        }
        return [chunk];
      },
      end: () => (held === undefined ? [] : [held]),
    };
  },
};
