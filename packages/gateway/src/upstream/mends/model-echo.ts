import { type AnswerMend, onCortex } from './mend.ts';

/** OpenAI models answer without a model name; clients compare it with what they asked for, which may be an alias. */
export const modelEcho: AnswerMend = {
  id: 'model-echo',
  since: '2026-07',
  evidence: 'docs/cortex-quirks.md#model-empty',
  applies: onCortex,
  edit:
    ({ model }) =>
    (answer) => {
      answer.model = model;
    },
};
