/** What a chat answer needs besides the simulated turn, and the pieces that unary and streamed answers share. */
import type { JsonObject } from '../../ir/json.ts';
import type { SandboxModel } from '../model-table.ts';
import type { Switches } from '../switches.ts';
import type { SimulatedPart, SimulatedTurn } from '../turn.ts';
import { chunkText } from '../script/chunk.ts';
import { fills } from './response-chart.ts';

export interface ChatAnswer {
  model: SandboxModel;
  turn: SimulatedTurn;
  switches: Switches;
  /** `chatcmpl-…`, for the family that has ids. */
  id: string;
  /** Unix seconds. */
  createdAt: number;
  /** `fp_…`, for the family that has one. */
  fingerprint: string;
  /** How many choices; 1 wherever `n` is ignored. */
  choices: number;
  includeUsage: boolean;
  /** The request offers `functions`: a call is a `function_call`. */
  legacyCall: boolean;
  /** Alternatives per token, when the request asked for logprobs and the family gives them. */
  topLogprobs: number | undefined;
  /** The `prediction` of the request, where the family uses it. */
  prediction: string | undefined;
}

export type CallPart = Extract<SimulatedPart, { kind: 'call' }>;

/** All text of the turn. */
export function textOf({ parts }: SimulatedTurn): string {
  return parts.map((part) => (part.kind === 'text' ? part.text : '')).join('');
}

/** Call ids differ between choices, as they would if each had been generated. */
export function callIdOf(call: CallPart, choice: number): string {
  return choice === 0 ? call.id : `${call.id}${choice}`;
}

export function finishReasonOf({ model, turn, switches, legacyCall }: ChatAnswer): string {
  const reason = {
    'tool-calls': legacyCall ? 'function_call' : 'tool_calls',
    length: 'length',
    stop: 'stop',
    refusal: 'stop',
    'stop-sequence': 'stop',
  };
  if (model.family === 'other' && switches.otherFinishReason === 'stop') return 'stop';
  return fills(model.family, 'choices[].finish_reason') ? reason[turn.finish] : '';
}

/** docs/cortex-quirks.md#cached-tokens-sum */
export function usageOf({ model, turn, prediction }: ChatAnswer): JsonObject {
  const { input, cacheRead, cacheWrite, output, reasoning } = turn.usage;
  const shows = (field: string, count: number) => (fills(model.family, `usage.${field}`) ? count : 0);
  const prompt = input + cacheRead + cacheWrite;
  const cached = model.family === 'claude' ? cacheRead + cacheWrite : cacheRead;
  const { accepted, rejected } = predicted(textOf(turn), prediction);
  return {
    completion_tokens: output,
    completion_tokens_details: {
      accepted_prediction_tokens: shows('completion_tokens_details.accepted_prediction_tokens', accepted),
      audio_tokens: 0,
      reasoning_tokens: shows('completion_tokens_details.reasoning_tokens', reasoning),
      rejected_prediction_tokens: shows('completion_tokens_details.rejected_prediction_tokens', rejected),
    },
    prompt_tokens: prompt,
    prompt_tokens_details: {
      audio_tokens: 0,
      cached_tokens: shows('prompt_tokens_details.cached_tokens', cached),
    },
    total_tokens: prompt + output,
  };
}

/** How many pieces of a prediction came true: those that the answer begins with. */
function predicted(text: string, prediction: string | undefined): { accepted: number; rejected: number } {
  if (prediction === undefined) return { accepted: 0, rejected: 0 };
  const answered = chunkText(text);
  const guessed = chunkText(prediction);
  const wrong = guessed.findIndex((piece, at) => piece !== answered[at]);
  const accepted = wrong < 0 ? guessed.length : wrong;
  return { accepted, rejected: guessed.length - accepted };
}
