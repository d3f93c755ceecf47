/** Anthropic's Messages API, the client's half. */
import type { ClientCodec } from '../codec.ts';
import { writeError, writeErrorEvents } from './client-errors.ts';
import { writeMessage } from './message-writer.ts';
import { readRequest } from './read-request.ts';
import { streamWriter } from './stream-writer.ts';

export const anthropicMessagesClient: ClientCodec = {
  readRequest,
  writer: streamWriter,
  passesWords: true,
  writeMessage,
  writeError,
  writeErrorEvents,
};
