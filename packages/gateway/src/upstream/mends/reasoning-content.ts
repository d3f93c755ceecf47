import { isObject, type Json } from '../../ir/json.ts';
import { contentsOf, hasText } from './chunk.ts';
import { type AnswerMend, onCortex } from './mend.ts';

/** Cortex tells thoughts in OpenRouter's `reasoning_details`; most clients show `reasoning_content`, so they get both. */
export const reasoningContent: AnswerMend = {
  id: 'reasoning-content',
  since: '2026-07',
  evidence: 'docs/cortex-quirks.md#reasoning-details',
  applies: onCortex,
  edit: () => (answer) => {
    for (const { content } of contentsOf(answer)) {
      const thought = textOfDetails(content.reasoning_details) || content.reasoning;
      if (content.reasoning_content === undefined && hasText(thought)) content.reasoning_content = thought;
    }
  },
};

function textOfDetails(details: Json | undefined): string {
  if (!Array.isArray(details)) return '';
  return details
    .filter(isObject)
    .map((detail) => detail.text)
    .filter(hasText)
    .join('');
}
