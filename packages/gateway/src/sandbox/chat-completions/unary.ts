/** `chat.completion` as Cortex writes it: openai-go's structs, zero values included, keys in alphabetical order. */
import type { JsonObject } from '../../ir/json.ts';
import type { SimulatedTurn } from '../turn.ts';
import { type CallPart, callIdOf, type ChatAnswer, finishReasonOf, textOf, usageOf } from './answer.ts';
import { logprobsOf } from './logprobs.ts';
import { fills } from './response-chart.ts';

/** docs/cortex-quirks.md#zero-structs */
export function unaryBody(answer: ChatAnswer): JsonObject {
  const { model, id, createdAt, fingerprint, choices } = answer;
  const { family } = model;
  return {
    choices: Array.from({ length: choices }, (_, index) => choiceOf(answer, index)),
    created: createdAt,
    id: fills(family, 'id') ? id : '',
    model: fills(family, 'model') ? model.name : '',
    object: 'chat.completion',
    service_tier: fills(family, 'service_tier') ? 'default' : '',
    system_fingerprint: fills(family, 'system_fingerprint') ? fingerprint : '',
    usage: usageOf(answer),
  };
}

function choiceOf(answer: ChatAnswer, index: number): JsonObject {
  return {
    finish_reason: finishReasonOf(answer),
    index,
    logprobs: logprobsOf(textOf(answer.turn), answer.topLogprobs),
    message: messageOf(answer, index),
  };
}

function messageOf({ model, turn, legacyCall }: ChatAnswer, choice: number): JsonObject {
  const text = textOf(turn);
  const refused = turn.finish === 'refusal' && fills(model.family, 'choices[].message.refusal');
  const details = fills(model.family, 'choices[].message.reasoning') ? reasoningDetails(turn) : [];
  const calls = turn.parts.filter((part) => part.kind === 'call');
  const [only] = legacyCall ? calls : [];
  return {
    annotations: null,
    audio: { data: '', expires_at: 0, id: '', transcript: '' },
    content: refused ? '' : text,
    function_call: { arguments: only === undefined ? '' : JSON.stringify(only.input), name: only?.name ?? '' },
    ...(details.length > 0 ? { reasoning_details: details } : {}),
    refusal: refused ? text : '',
    role: 'assistant',
    tool_calls: calls.length > 0 && !legacyCall ? calls.map((call) => toolCall(call, choice)) : null,
  };
}

function toolCall(call: CallPart, choice: number): JsonObject {
  return {
    custom: { input: '', name: '' },
    function: { arguments: JSON.stringify(call.input), name: call.name },
    id: callIdOf(call, choice),
    type: 'function',
  };
}

function reasoningDetails({ parts }: SimulatedTurn): JsonObject[] {
  return parts
    .filter((part) => part.kind === 'thinking')
    .map(({ text, signature }, index) => ({
      format: 'anthropic-claude-v1',
      id: `reasoning-text-${index + 1}`,
      index,
      signature,
      text,
      type: 'reasoning.text',
    }));
}
