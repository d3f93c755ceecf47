/**
 * OpenAI's own stream marshalled again by Cortex (docs/cortex-quirks.md#role-repeated): real ids and finish
 * reasons and correct tool indices, but `role: ""` after the first chunk and empty strings for everything unset.
 */
import type { JsonObject } from '../../ir/json.ts';
import type { SseEvent } from '../../kit/sse.ts';
import { chunkText } from '../script/chunk.ts';
import { callIdOf, type ChatAnswer, finishReasonOf, usageOf } from './answer.ts';
import { argumentPieces, callDelta, chunkEvent, DONE } from './chunk-envelope.ts';
import { logprobsOf, NO_LOGPROBS } from './logprobs.ts';

export function openaiStream(answer: ChatAnswer): SseEvent[] {
  const envelope = { created: answer.createdAt, id: answer.id, model: answer.model.name };
  const indices = Array.from({ length: answer.choices }, (_, index) => index);
  const choices = indices.flatMap((index) => choiceChunks(answer, index));
  const usage = answer.includeUsage ? [chunkEvent(envelope, [], usageOf(answer))] : [];
  return [...choices.map((choice) => chunkEvent(envelope, [choice])), ...usage, DONE];
}

function choiceChunks(answer: ChatAnswer, index: number): JsonObject[] {
  const { turn, topLogprobs, legacyCall } = answer;
  const calls = turn.parts.filter((part) => part.kind === 'call');
  const pieces = turn.parts.flatMap((part) => (part.kind === 'text' ? chunkText(part.text) : []));
  const text = pieces.map((piece) => ({
    delta: delta(turn.finish === 'refusal' ? { refusal: piece } : { content: piece }),
    index,
    logprobs: logprobsOf(piece, topLogprobs),
  }));
  const fragments = calls.flatMap((call, at) =>
    legacyCall
      ? [
          delta({ functionCall: { arguments: '', name: call.name } }),
          ...argumentPieces(call.input).map((args) => delta({ functionCall: { arguments: args, name: '' } })),
        ]
      : [
          delta({ call: callDelta(at, { id: callIdOf(call, index), name: call.name }) }),
          ...argumentPieces(call.input).map((args) => delta({ call: callDelta(at, { args }) })),
        ],
  );
  return [
    { delta: delta({ role: 'assistant' }), index, logprobs: NO_LOGPROBS },
    ...text,
    ...fragments.map((fragment) => ({ delta: fragment, index, logprobs: NO_LOGPROBS })),
    { delta: delta({}), finish_reason: finishReasonOf(answer), index, logprobs: NO_LOGPROBS },
  ];
}

function delta(carries: {
  content?: string;
  refusal?: string;
  role?: string;
  call?: JsonObject;
  functionCall?: JsonObject;
}): JsonObject {
  const { content = '', refusal = '', role = '', call, functionCall } = carries;
  return {
    content,
    ...(functionCall === undefined ? {} : { function_call: functionCall }),
    refusal,
    role,
    tool_calls: call === undefined ? null : [call],
  };
}
