/** OpenAI Responses, the client's half. */
import type { ClientCodec } from '../codec.ts';
import { writeError } from '../openai-error.ts';
import { writeErrorEvents } from './errors.ts';
import { writeMessage } from './message-writer.ts';
import { readRequest } from './read-request.ts';
import { streamWriter } from './stream-writer.ts';

export const openaiResponses: ClientCodec = {
  readRequest,
  writer: streamWriter,
  writeMessage,
  writeError,
  writeErrorEvents,
};
