/** OpenAI's legacy Completions (`POST /v1/completions`), which editors use for autocomplete. */
import type { ClientCodec } from '../codec.ts';
import { writeError, writeErrorEvents } from '../openai-error.ts';
import { writeMessage } from './message-writer.ts';
import { readRequest } from './request.ts';
import { streamWriter } from './stream-writer.ts';

export { splitPrompts } from './prompt.ts';

export const openaiCompletions: ClientCodec = {
  readRequest,
  writer: streamWriter,
  writeMessage,
  writeError,
  writeErrorEvents,
};
