import { isObject, type JsonObject } from '../../ir/json.ts';
import { contentsOf, hasText, leaveOut, toolCallsOf } from './chunk.ts';
import { type AnswerMend, onCortex } from './mend.ts';

/**
 * Fragments of arguments come with an empty id, name and type, which clients take for the call's own:
 * the first fragment of a call says who it is, later ones only add arguments.
 */
export const toolFragments: AnswerMend = {
  id: 'tool-fragments',
  since: '2026-09',
  evidence: 'docs/cortex-quirks.md#tool-fragments',
  applies: onCortex,
  edit({ id }) {
    const begun = new Set<number>();
    return (chunk) => {
      for (const { choice, content } of contentsOf(chunk)) {
        for (const [position, call] of toolCallsOf(content).entries()) {
          const key = typeof call.index === 'number' ? call.index : position;
          if (begun.has(key)) continueCall(call);
          else beginCall(call, `call_${id.replace(/^chatcmpl-/, '')}_${key}`, content === choice.message);
          begun.add(key);
        }
      }
    };
  },
};

function beginCall(call: JsonObject, ownId: string, whole: boolean): void {
  if (!hasText(call.id)) call.id = ownId;
  if (!hasText(call.type)) call.type = 'function';
  if (call.type !== 'function') return;
  const called = isObject(call.function) ? call.function : {};
  call.function = { ...called, arguments: typeof called.arguments === 'string' ? called.arguments : '' };
  if (whole) leaveOut(call, 'index');
}

function continueCall(call: JsonObject): void {
  leaveOut(call, 'id');
  leaveOut(call, 'type');
  if (isObject(call.function)) leaveOut(call.function, 'name');
}
