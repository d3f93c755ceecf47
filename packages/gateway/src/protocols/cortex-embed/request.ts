import type { EmbedRequest } from './wire.ts';

/** One batch of texts as Cortex takes it: the field is `text`, and a list always (docs/cortex-quirks.md#embed-text-field). */
export function writeEmbedBody(model: string, texts: string[]): EmbedRequest {
  return { model, text: texts };
}
