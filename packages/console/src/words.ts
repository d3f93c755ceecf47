/** The names that people know the protocols by. */
const PROTOCOLS: Readonly<Record<string, string>> = {
  'openai-chat': 'Chat Completions',
  'openai-responses': 'Responses',
  'openai-completions': 'Completions',
  'openai-embeddings': 'Embeddings',
  'anthropic-messages': 'Messages',
  'cortex-complete': 'inference:complete',
  'cortex-embed': 'inference:embed',
  cursor: 'Cursor',
};

export function protocolName(id: string): string {
  return PROTOCOLS[id] ?? id;
}
