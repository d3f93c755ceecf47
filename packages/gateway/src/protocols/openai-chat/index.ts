/** OpenAI Chat Completions, the client's half. */
import type { ClientCodec } from '../codec.ts';
import { writeError, writeErrorEvents } from '../openai-error.ts';
import { writeMessage } from './message-writer.ts';
import { readRequest } from './request.ts';
import { streamWriter } from './stream-writer.ts';

export { writeMessages } from './write-messages.ts';

export const openaiChat: ClientCodec = {
  readRequest,
  writer: streamWriter,
  passesWords: true,
  writeMessage,
  writeError,
  writeErrorEvents,
};
