import { hasText } from './chunk.ts';
import { type AnswerMend, onCortex } from './mend.ts';

/** Claude's and the open models' answers have no id. Clients use it as a key, so it must be there and stay the same. */
export const idEmpty: AnswerMend = {
  id: 'id-empty',
  since: '2026-07',
  evidence: 'docs/cortex-quirks.md#id-empty',
  applies: onCortex,
  edit({ id, reading }) {
    let own = reading.choices > 1 ? id : undefined;
    return (answer) => {
      own ??= hasText(answer.id) ? answer.id : id;
      answer.id = own;
    };
  },
};
