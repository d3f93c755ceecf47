/** What streamed and whole answers share. */
import type { StopReason } from '../../ir/event.ts';
import type { Usage } from '../../ir/usage.ts';
import type { WriterOptions } from '../codec.ts';
import type { CompletionFinishReason, CompletionUsage, TextCompletion } from './wire.ts';

/** One object of the answer. A text without a finish reason is a piece of a stream. */
export function completionOf(
  { id, createdAt, model, choiceIndex }: WriterOptions,
  text: string,
  finishReason: CompletionFinishReason | null,
): TextCompletion {
  const choice = { text, index: choiceIndex, logprobs: null, finish_reason: finishReason };
  return { id, object: 'text_completion', created: createdAt, model, choices: [choice] };
}

export function finishReasonOf(reason: StopReason | undefined): CompletionFinishReason {
  if (reason === 'length') return 'length';
  return reason === 'refusal' || reason === 'filtered' ? 'content_filter' : 'stop';
}

/** Undefined unless both prompt and completion are known: a count nobody reported is not sent as 0. */
export function usageOf(usage: Usage | undefined): CompletionUsage | undefined {
  if (usage?.output === undefined) return undefined;
  const { input, cacheRead, cacheWrite5m, cacheWrite1h, output } = usage;
  const prompt = [input, cacheRead, cacheWrite5m, cacheWrite1h].filter((count) => count !== undefined);
  if (prompt.length === 0) return undefined;
  const promptTokens = prompt.reduce((total, count) => total + count, 0);
  return { prompt_tokens: promptTokens, completion_tokens: output, total_tokens: promptTokens + output };
}
