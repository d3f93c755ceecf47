import { onCortex, type RequestMend } from './mend.ts';

/** Families without tools answer 400 to `tools`. A history of calls is told as text by `ir/history`. */
export const toolsUnsupported: RequestMend = {
  id: 'tools-unsupported',
  since: '2026-07',
  evidence: 'docs/cortex-quirks.md#tools-unsupported',
  applies: (target) => onCortex(target) && !target.capabilities.tools,
  request(body, { model }) {
    const sent = (['tools', 'tool_choice', 'parallel_tool_calls'] as const).filter(
      (field) => body[field] !== undefined,
    );
    for (const field of sent) delete body[field];
    return sent.map((path) => ({ code: 'dropped', path, because: `${model} cannot call tools on Cortex` }));
  },
};
