/**
 * What Cursor speaks on the chat path when its model list is pointed at a gateway: any mixture of chat
 * completions, Responses and Messages in, chat chunks out.
 */
import type { ClientCodec } from '../codec.ts';
import { statusOf, writeError, writeErrorEvents } from './errors.ts';
import { readRequest } from './read-request.ts';
import { streamWriter, writeMessage } from './writer.ts';

export { explainProbe } from './verify-probe.ts';
export { sniffCursor } from './sniff.ts';

/** How errors are told to Cursor, also where its body is a plain chat completion. */
export const cursorErrors = { writeError, writeErrorEvents, statusOf } satisfies Partial<ClientCodec>;

export const cursorDialectCodec: ClientCodec = {
  readRequest,
  writer: streamWriter,
  passesWords: true,
  writeMessage,
  ...cursorErrors,
};

/** Whether a request came from Cursor's servers: `User-Agent: Cursor/1.0`. Relays drop it, so bodies are never read by it. */
export function isCursorAgent(userAgent: string | undefined): boolean {
  return userAgent !== undefined && /^cursor\//i.test(userAgent);
}
