import { onCortex, type RequestMend } from './mend.ts';

/** GPT-5.6 and newer refuse tools together with reasoning, also when no effort is named: they must be told "none". */
export const effortWithTools: RequestMend = {
  id: 'effort-with-tools',
  since: '2026-09',
  evidence: 'docs/cortex-quirks.md#effort-with-tools',
  applies: (target) => onCortex(target) && target.capabilities.toolsWithReasoning === false,
  request(body, { model }) {
    if (body.tools === undefined || body.reasoning_effort === 'none') return [];
    const asked = body.reasoning_effort;
    body.reasoning_effort = 'none';
    if (asked === undefined) return [];
    return [
      { code: 'coerced', path: 'reasoning_effort', because: `${model} does not reason when it is offered tools` },
    ];
  },
};
