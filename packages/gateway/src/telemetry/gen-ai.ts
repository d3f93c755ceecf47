/** OpenTelemetry's words for generative AI, where metrics and traces need the same ones. */
const OPERATIONS: Record<string, string> = {
  'openai-completions': 'text_completion',
  'openai-embeddings': 'embeddings',
};

/** What `gen_ai.operation.name` calls a request of this dialect. */
export function operationOf(dialect: string): string {
  return OPERATIONS[dialect] ?? 'chat';
}

/** `gen_ai.provider.name`: the convention has no name for Snowflake yet. */
export const PROVIDER_NAMES = { cortex: 'snowflake.cortex', openai: 'openai', anthropic: 'anthropic' } as const;
