/** Legacy Completions as it looks on the wire. */
export type CompletionFinishReason = 'stop' | 'length' | 'content_filter';

export type CompletionUsage = { prompt_tokens: number; completion_tokens: number; total_tokens: number };

/** A whole answer, or one piece of a stream: they have one shape. */
export type TextCompletion = {
  id: string;
  object: 'text_completion';
  created: number;
  model: string;
  choices: { text: string; index: number; logprobs: null; finish_reason: CompletionFinishReason | null }[];
  usage?: CompletionUsage;
};
