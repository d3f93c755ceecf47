/** A simulated turn in Anthropic's words, as one message or as the events that would say the same. */
import type { JsonObject } from '../../ir/json.ts';
import type { SseEvent } from '../../kit/sse.ts';
import { chunkText } from '../script/chunk.ts';
import type { SimulatedPart, SimulatedTurn, SimulatedUsage } from '../turn.ts';

const STOP_REASONS: Record<SimulatedTurn['finish'], string> = {
  stop: 'end_turn',
  length: 'max_tokens',
  'tool-calls': 'tool_use',
  'stop-sequence': 'stop_sequence',
  refusal: 'refusal',
};

export interface AnswerFrame {
  /** `msg_bdrk_…` */
  id: string;
  model: string;
  /** Thoughts come without their words, with the signature alone. */
  omitThoughts: boolean;
  /** The request edited its context: the answer says that nothing was edited. */
  editsContext: boolean;
}

export function writeMessage(turn: SimulatedTurn, frame: AnswerFrame): JsonObject {
  return {
    ...openMessage(frame),
    content: turn.parts.map((part) => wholeBlock(part, frame)),
    ...stopOf(turn),
    ...(frame.editsContext && { context_management: { applied_edits: [] } }),
    usage: usageOf(turn.usage, turn.usage.output),
  };
}

/** `message_start` … `message_stop`, no pings: none has been seen from Cortex (docs/cortex-quirks.md#no-pings). */
export function writeEvents(turn: SimulatedTurn, frame: AnswerFrame): SseEvent[] {
  const message = {
    ...openMessage(frame),
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: usageOf(turn.usage, Math.min(1, turn.usage.output)),
  };
  return [
    event('message_start', { message }),
    ...turn.parts.flatMap((part, index) => blockEvents(part, index, frame)),
    event('message_delta', {
      delta: stopOf(turn),
      ...(frame.editsContext && { context_management: { applied_edits: [] } }),
      usage: { output_tokens: turn.usage.output },
    }),
    event('message_stop', {}),
  ];
}

function openMessage({ id, model }: AnswerFrame): JsonObject {
  return { id, type: 'message', role: 'assistant', model };
}

function stopOf({ finish, sequence }: SimulatedTurn): JsonObject {
  return { stop_reason: STOP_REASONS[finish], stop_sequence: sequence ?? null };
}

function usageOf(usage: SimulatedUsage, output: number): JsonObject {
  return {
    input_tokens: usage.input,
    cache_creation_input_tokens: usage.cacheWrite,
    cache_read_input_tokens: usage.cacheRead,
    cache_creation: { ephemeral_5m_input_tokens: usage.cacheWrite, ephemeral_1h_input_tokens: 0 },
    output_tokens: output,
  };
}

function wholeBlock(part: SimulatedPart, { omitThoughts }: AnswerFrame): JsonObject {
  switch (part.kind) {
    case 'thinking':
      return { type: 'thinking', thinking: omitThoughts ? '' : part.text, signature: part.signature };
    case 'text':
      return { type: 'text', text: part.text };
    case 'call':
      return { type: 'tool_use', id: part.id, name: part.name, input: part.input };
  }
}

function blockEvents(part: SimulatedPart, index: number, frame: AnswerFrame): SseEvent[] {
  return [
    event('content_block_start', { index, content_block: openBlock(part) }),
    ...deltasOf(part, frame).map((delta) => event('content_block_delta', { index, delta })),
    event('content_block_stop', { index }),
  ];
}

function openBlock(part: SimulatedPart): JsonObject {
  switch (part.kind) {
    case 'thinking':
      return { type: 'thinking', thinking: '', signature: '' };
    case 'text':
      return { type: 'text', text: '' };
    case 'call':
      return { type: 'tool_use', id: part.id, name: part.name, input: {} };
  }
}

function deltasOf(part: SimulatedPart, { omitThoughts }: AnswerFrame): JsonObject[] {
  switch (part.kind) {
    case 'thinking': {
      const words = omitThoughts ? [] : chunkText(part.text);
      return [
        ...words.map((thinking) => ({ type: 'thinking_delta', thinking })),
        ...(part.signature === '' ? [] : [{ type: 'signature_delta', signature: part.signature }]),
      ];
    }
    case 'text':
      return chunkText(part.text).map((text) => ({ type: 'text_delta', text }));
    case 'call':
      // The first piece is empty, and for a call without arguments there is no other: docs/cortex-quirks.md#no-argument-calls
      return ['', ...piecesOf(part.input)].map((json) => ({ type: 'input_json_delta', partial_json: json }));
  }
}

function piecesOf(input: JsonObject): string[] {
  return Object.keys(input).length === 0 ? [] : (JSON.stringify(input).match(/.{1,12}/gsu) ?? []);
}

function event(type: string, fields: JsonObject): SseEvent {
  return { event: type, data: JSON.stringify({ type, ...fields }) };
}
