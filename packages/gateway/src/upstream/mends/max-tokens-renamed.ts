import type { Note } from '../../ir/note.ts';
import { onCortex, type RequestMend } from './mend.ts';

/**
 * Cortex refuses `max_tokens` and cuts off at 4,096 tokens when no limit is sent, in the middle of an
 * agent's file (docs/cortex-quirks.md#default-output-4096): the limit goes out under its newer name,
 * always, and within what the model gives.
 */
export const maxTokensRenamed: RequestMend = {
  id: 'max-tokens-renamed',
  since: '2026-09',
  evidence: 'docs/cortex-quirks.md#max-tokens-refused',
  applies: onCortex,
  request(body, { capabilities }, reading) {
    const notes: Note[] = [];
    const asked = [body.max_completion_tokens, body.max_tokens].find((value) => typeof value === 'number');
    const path = typeof body.max_completion_tokens === 'number' ? 'max_completion_tokens' : 'max_tokens';
    if (path === 'max_completion_tokens' && typeof body.max_tokens === 'number' && body.max_tokens !== asked) {
      notes.push({
        code: 'dropped',
        path: 'max_tokens',
        because: 'max_completion_tokens, which replaces it, says otherwise',
      });
    }
    const wanted = asked ?? capabilities.defaultOutputTokens;
    const sent = Math.min(wanted, capabilities.maxOutputTokens);
    if (asked !== undefined && sent < wanted) {
      notes.push({
        code: 'coerced',
        path,
        because: `the model gives at most ${sent} tokens, so ${sent} are asked for`,
      });
    }
    delete body.max_tokens;
    body.max_completion_tokens = sent;
    reading.maxOutputTokens = sent;
    return notes;
  },
};
