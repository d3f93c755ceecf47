import type { Note } from '../../ir/note.ts';
import { isObject } from '../../ir/json.ts';
import { isUsageChunk, leaveOut } from './chunk.ts';
import { type AnswerMend, onCortex, type RequestMend } from './mend.ts';

/** Cortex counts tokens in a stream only when asked. The gateway always asks, and tells the client if the client did. */
export const includeUsage: RequestMend & AnswerMend = {
  id: 'include-usage',
  since: '2026-07',
  evidence: 'docs/cortex-quirks.md#usage-only-when-asked',
  applies: onCortex,
  request(body) {
    const options = isObject(body.stream_options) ? body.stream_options : {};
    const dropped = Object.keys(options).filter((field) => field !== 'include_usage' && options[field] !== null);
    if (body.stream === true) body.stream_options = { include_usage: true };
    else delete body.stream_options;
    return dropped.map((field): Note => {
      return { code: 'dropped', path: `stream_options.${field}`, because: 'Cortex ignores it', harmless: true };
    });
  },
  stream({ includeUsage: isAsked }) {
    if (isAsked) return undefined;
    return {
      push(chunk) {
        if (isUsageChunk(chunk)) return [];
        leaveOut(chunk, 'usage');
        return [chunk];
      },
      end: () => [],
    };
  },
};
