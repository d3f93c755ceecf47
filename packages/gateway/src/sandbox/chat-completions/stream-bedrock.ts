/**
 * The stream of Claude and of every other Bedrock-side model (docs/cortex-quirks.md#filler-chunks): no
 * finish_reason, no id, `created: 0`, the role in every chunk, one empty chunk where a content block ends.
 */
import type { JsonObject } from '../../ir/json.ts';
import type { SseEvent } from '../../kit/sse.ts';
import { chunkText } from '../script/chunk.ts';
import type { SimulatedPart } from '../turn.ts';
import { type ChatAnswer, finishReasonOf, usageOf } from './answer.ts';
import { argumentPieces, callDelta, chunkEvent, DONE } from './chunk-envelope.ts';
import { NO_LOGPROBS } from './logprobs.ts';

export function bedrockStream(answer: ChatAnswer): SseEvent[] {
  const envelope = { created: 0, id: '', model: answer.model.name };
  const event = (carried: JsonObject) =>
    chunkEvent(envelope, [{ delta: carried, ...finishMember(answer), index: 0, logprobs: NO_LOGPROBS }]);
  const deltas = answer.turn.parts.flatMap((part, at) => partDeltas(part, at, answer));
  const usage = answer.includeUsage ? [chunkEvent(envelope, [], usageOf(answer))] : [];
  return [...deltas.map(event), ...usage, DONE];
}

/** The key exists only where the docs' chart is believed against the recording (`Switches.otherFinishReason`). */
function finishMember(answer: ChatAnswer): JsonObject {
  const reason = finishReasonOf(answer);
  return reason === '' ? {} : { finish_reason: reason };
}

function partDeltas(part: SimulatedPart, at: number, { turn, switches }: ChatAnswer): JsonObject[] {
  const before = turn.parts.slice(0, at);
  switch (part.kind) {
    case 'text':
      return [...chunkText(part.text).map((content) => delta({ content })), delta({})];
    case 'thinking': {
      const index = before.filter(({ kind }) => kind === 'thinking').length;
      const thought = (member: JsonObject) => delta({ reasoning: reasoningDelta(index, member) });
      const seal = switches.streamedSignature ? thought({ signature: part.signature, text: '' }) : delta({});
      return [...chunkText(part.text).map((text) => thought({ text })), seal, delta({})];
    }
    case 'call': {
      const index = switches.toolIndexZero ? 0 : before.filter(({ kind }) => kind === 'call').length;
      const pieces = argumentPieces(part.input).map((args) => callDelta(index, { args }));
      const opener = callDelta(index, { id: part.id, name: part.name });
      return [...[opener, ...pieces].map((call) => delta({ call })), delta({})];
    }
  }
}

function delta(carries: { content?: string; reasoning?: JsonObject; call?: JsonObject }): JsonObject {
  return {
    content: carries.content ?? '',
    ...(carries.reasoning === undefined ? {} : { reasoning_details: [carries.reasoning] }),
    refusal: '',
    role: 'assistant',
    tool_calls: carries.call === undefined ? null : [carries.call],
  };
}

function reasoningDelta(index: number, member: JsonObject): JsonObject {
  return { format: 'anthropic-claude-v1', id: `reasoning-text-${index + 1}`, index, ...member, type: 'reasoning.text' };
}
