import { onCortex, type RequestMend } from './mend.ts';

/** Below this many tokens nothing useful can be reasoned anyway. */
const TINY_TOKENS = 256;

/** Some GPT-5 models call a request with a tiny token budget invalid unless it names an effort. */
export const effortTinyBudget: RequestMend = {
  id: 'effort-tiny-budget',
  since: '2026-06',
  evidence: 'docs/cortex-quirks.md#effort-tiny-budget',
  applies: (target) => onCortex(target) && target.capabilities.tinyOutputNeedsEffort === true,
  request(body) {
    const budget = body.max_completion_tokens;
    if (typeof budget !== 'number' || budget >= TINY_TOKENS || body.reasoning_effort !== undefined) return [];
    body.reasoning_effort = 'low';
    return [
      { code: 'repaired', path: 'reasoning_effort', because: 'the model demands one with so small a token limit' },
    ];
  },
};
