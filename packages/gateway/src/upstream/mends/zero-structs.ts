import type { JsonObject } from '../../ir/json.ts';
import { choicesOf, contentsOf, isZero, leaveOut, toolCallsOf } from './chunk.ts';
import { type AnswerMend, onCortex } from './mend.ts';

const EMPTY_LABELS = ['service_tier', 'system_fingerprint'] as const;
const STRUCTS = ['audio', 'function_call', 'tool_calls', 'annotations'] as const;

/**
 * Cortex serialises every field of its structs, also those that mean nothing: an empty `function_call`
 * or refusal makes clients believe that one happened.
 */
export const zeroStructs: AnswerMend = {
  id: 'zero-structs',
  since: '2026-07',
  evidence: 'docs/cortex-quirks.md#zero-structs',
  applies: onCortex,
  edit: () => (answer) => {
    for (const field of EMPTY_LABELS) if (answer[field] === '') leaveOut(answer, field);
    for (const choice of choicesOf(answer))
      if (choice.logprobs !== undefined && isZero(choice.logprobs)) choice.logprobs = null;
    for (const { choice, content } of contentsOf(answer)) stripContent(content, choice.message === content);
  },
};

function stripContent(content: JsonObject, whole: boolean): void {
  for (const field of STRUCTS) {
    if (isZero(content[field])) leaveOut(content, field);
  }
  if (content.refusal === '' && whole) content.refusal = null;
  else if (content.refusal === '') leaveOut(content, 'refusal');
  for (const call of toolCallsOf(content)) {
    if (isZero(call.custom)) leaveOut(call, 'custom');
    if (call.type === 'custom' && isZero(call.function)) leaveOut(call, 'function');
  }
}
