import { type AnswerMend, onCortex } from './mend.ts';

/** Chunks say they were created in 1970. */
export const createdZero: AnswerMend = {
  id: 'created-zero',
  since: '2026-07',
  evidence: 'docs/cortex-quirks.md#created-zero',
  applies: onCortex,
  edit({ createdAt, reading }) {
    let own = reading.choices > 1 ? createdAt : undefined;
    return (answer) => {
      own ??= typeof answer.created === 'number' && answer.created > 0 ? answer.created : createdAt;
      answer.created = own;
    };
  },
};
