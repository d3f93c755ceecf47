import { choicesOf } from './chunk.ts';
import { type AnswerMend, onCortex } from './mend.ts';

/** Each of several answers comes from a request of its own, where it is number 0. */
export const choiceIndex: AnswerMend = {
  id: 'choice-index',
  since: '2026-09',
  evidence: 'docs/cortex-quirks.md#one-choice',
  applies: onCortex,
  edit:
    ({ choiceIndex: index, reading }) =>
    (answer) => {
      for (const choice of choicesOf(answer))
        if (reading.choices > 1 || typeof choice.index !== 'number') choice.index = index;
    },
};
