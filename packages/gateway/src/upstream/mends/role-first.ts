import { contentsOf, leaveOut } from './chunk.ts';
import { type AnswerMend, onCortex } from './mend.ts';

/** The role comes with every chunk, or as "", or not at all: it belongs to the first one only, and must be there. */
export const roleFirst: AnswerMend = {
  id: 'role-first',
  since: '2026-07',
  evidence: 'docs/cortex-quirks.md#role-repeated',
  applies: onCortex,
  edit() {
    let said = false;
    return (answer) => {
      for (const { choice, content } of contentsOf(answer)) {
        if (content === choice.message || !said) content.role = 'assistant';
        else leaveOut(content, 'role');
        said = true;
      }
    };
  },
};
