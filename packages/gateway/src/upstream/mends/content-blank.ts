import { contentsOf, leaveOut, toolCallsOf } from './chunk.ts';
import { type AnswerMend, onCortex } from './mend.ts';

/** An answer that only calls tools has the content "": OpenAI says null, and clients show "" as an empty message. */
export const contentBlank: AnswerMend = {
  id: 'content-blank',
  since: '2026-07',
  evidence: 'docs/cortex-quirks.md#content-blank',
  applies: onCortex,
  edit: () => (answer) => {
    for (const { choice, content } of contentsOf(answer)) {
      if (content.content !== '' && content.content !== undefined) continue;
      const calls = toolCallsOf(content).length > 0;
      if (content === choice.message && calls) content.content = null;
      if (content === choice.delta && (calls || content.reasoning_content !== undefined)) leaveOut(content, 'content');
    }
  },
};
