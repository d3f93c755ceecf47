/** The unary answer, IR events → one message. */
import { argumentsObject } from '../../ir/call-arguments.ts';
import type { StreamEvent } from '../../ir/event.ts';
import { fold } from '../../ir/fold.ts';
import type { JsonObject } from '../../ir/json.ts';
import type { Part } from '../../ir/request.ts';
import type { WriterOptions } from '../codec.ts';
import { answerId } from './answer-id.ts';
import { brokenAnswer } from './errors.ts';
import { writeSignature } from './foreign-signature.ts';
import type { WireMessageAnswer } from './wire-answer.ts';
import { writeStopReason } from './write-stop.ts';
import { writeUsage } from './write-usage.ts';

/** @throws the GatewayError the events end in, or one that says they were cut */
export function writeMessage(events: StreamEvent[], options: WriterOptions): WireMessageAnswer {
  const answer = fold(events);
  if (answer.error !== undefined) throw answer.error;
  if (!events.some((event) => event.type === 'end')) throw brokenAnswer('it stops before its end');
  const hasCalls = answer.parts.some((part) => part.kind === 'tool-call');
  return {
    id: answerId(answer.id, options.id),
    type: 'message',
    role: 'assistant',
    model: options.model,
    content: answer.parts.flatMap(writePart),
    stop_reason: writeStopReason(answer.stop?.reason ?? 'unknown', hasCalls, answer.stop?.raw),
    stop_sequence: answer.stop?.sequence ?? null,
    usage: writeUsage(answer.usage),
  };
}

/** The block that the steps of `open-block.ts` add up to. */
function writePart(part: Part): JsonObject[] {
  switch (part.kind) {
    case 'text': {
      const { text, citations = [] } = part;
      if (text === '' && citations.length === 0) return [];
      return [{ type: 'text', text, ...(citations.length === 0 ? {} : { citations }) }];
    }
    case 'thinking': {
      const { text, seal } = part;
      const thought = { type: 'thinking', thinking: text };
      if (seal?.form === 'redacted') {
        const redacted = { type: 'redacted_thinking', data: seal.data };
        return text === '' ? [redacted] : [{ ...thought, signature: writeSignature(undefined) }, redacted];
      }
      return text === '' && seal === undefined ? [] : [{ ...thought, signature: writeSignature(seal) }];
    }
    case 'tool-call':
      return [{ type: 'tool_use', id: part.id, name: part.name, input: argumentsObject(part.args) }];
    case 'opaque':
      return part.dialect === 'anthropic-messages' ? [part.value] : [];
    case 'media':
    case 'tool-result':
      return [];
  }
}
