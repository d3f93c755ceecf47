import type { Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Clock } from '../kit/clock.ts';
import type { Random } from '../kit/random.ts';

/** Node's own default, said aloud because the answer names it. */
export const MOST_HEADER_BYTES = 16 * 1024;
/** A client that is still sending must have time to read why it is cut off. */
const READ_ANSWER_MS = 1_000;

interface Answer {
  status: string;
  code: string;
  message: string;
}

const BROKEN: Answer = {
  status: '400 Bad Request',
  code: 'bad_request',
  message: 'This is not an HTTP/1.1 request. Check the address: HTTPS spoken to an HTTP port looks like this, too.',
};
const ANSWERS: Record<string, Answer> = {
  HPE_HEADER_OVERFLOW: {
    status: '431 Request Header Fields Too Large',
    code: 'request_header_fields_too_large',
    message: `The headers of a request may have ${MOST_HEADER_BYTES / 1024} KiB in all. Look for large cookies or tokens among them.`,
  },
  ERR_HTTP_REQUEST_TIMEOUT: {
    status: '408 Request Timeout',
    code: 'request_timeout',
    message:
      'The request was not complete within the time it may take to send (server.headers_timeout, server.request_timeout).',
  },
};

/** What Node's parser refuses before there is a request, told in words; and never into the middle of an answer. */
export class ClientErrors {
  /** The newest answer on each connection. */
  readonly #answers = new WeakMap<Duplex, ServerResponse>();

  begun(response: ServerResponse): void {
    if (response.socket !== null) this.#answers.set(response.socket, response);
  }

  listen(server: Server, clock: Pick<Clock, 'after'>, random: Pick<Random, 'text'>): void {
    server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
      const response = this.#answers.get(socket);
      const isAnswering = response !== undefined && response.headersSent && !response.writableFinished;
      if (error.code === 'ECONNRESET' || !socket.writable || isAnswering) return void socket.destroy();
      socket.on('error', () => undefined);
      socket.end(written(ANSWERS[error.code ?? ''] ?? BROKEN, random.text(24)));
      clock.after(READ_ANSWER_MS, () => socket.destroy());
    });
  }
}

function written({ status, code, message }: Answer, requestId: string): string {
  const body = JSON.stringify({ error: { message, type: 'invalid_request_error', param: null, code } });
  const head = [
    `HTTP/1.1 ${status}`,
    'connection: close',
    'content-type: application/json',
    `x-request-id: ${requestId}`,
    `content-length: ${Buffer.byteLength(body)}`,
  ];
  return `${head.join('\r\n')}\r\n\r\n${body}`;
}
