import { isObject, type Json } from '../../ir/json.ts';
import type { Note } from '../../ir/note.ts';
import { toolCallsOf } from './chunk.ts';
import { onCortex, type RequestMend } from './mend.ts';

/**
 * The results of a turn's calls must follow it without a gap. A reader sees through a reminder or a word of
 * the user's between them, OpenAI and Claude do not: it moves behind the results.
 */
export const resultsAdjacent: RequestMend = {
  id: 'results-adjacent',
  since: '2026-11',
  evidence: 'docs/cortex-quirks.md#tool-result-adjacency',
  applies: onCortex,
  request(body) {
    if (!Array.isArray(body.messages)) return [];
    const notes: Note[] = [];
    const told: Json[] = [];
    /** Said since the newest calls, while further results may come. */
    let between: Json[] | undefined;
    for (const [index, message] of body.messages.entries()) {
      const role = isObject(message) ? message.role : undefined;
      if (role === 'assistant') {
        told.push(...(between ?? []), message);
        between = isObject(message) && toolCallsOf(message).length > 0 ? [] : undefined;
      } else if (between === undefined) {
        told.push(message);
      } else if (role !== 'tool') {
        between.push(message);
      } else {
        told.push(message);
        if (between.length === 0) continue;
        const because = 'results must follow their calls, so what was said before it comes after it';
        notes.push({ code: 'repaired', path: `messages[${index}]`, because, harmless: true });
      }
    }
    if (notes.length > 0) body.messages = [...told, ...(between ?? [])];
    return notes;
  },
};
