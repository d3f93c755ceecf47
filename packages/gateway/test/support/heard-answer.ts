import type { ResponseHeaders } from '../../src/upstream/http1/response-head.ts';
import { ResponseParser } from '../../src/upstream/http1/response-parser.ts';

/** What is heard of one answer, its body in one piece. */
interface Heard {
  status?: number;
  headers?: ResponseHeaders;
  body: string;
  /** How long the connection may idle, or why there was no end; undefined while there may be one. */
  end: number | string | undefined;
  /** Bytes that had come when it ended well. */
  endedAfter?: number;
}

interface Arrival {
  /** Places in the answer where a read ends. */
  cuts?: number[];
  /** The connection ends behind it. */
  fin?: boolean;
}

/** @param answer as latin1 */
export function hear(answer: string, { cuts = [], fin = false }: Arrival = {}): Heard {
  const heard: Heard = { body: '', end: undefined };
  const end = (how: number | string) => {
    if (heard.end !== undefined) throw new Error('a second end was heard');
    heard.end = how;
    if (typeof how === 'number') heard.endedAfter = came;
  };
  let came = 0;
  const parser = new ResponseParser({
    onHead: (status, headers) => void Object.assign(heard, { status, headers: { ...headers } }),
    onBody: (bytes) => void (heard.body += bytes.toString('latin1')),
    onEnd: end,
    onBroken: ({ code, message }) => end(`${code}: ${message}`),
  });
  parser.expectAnswer();
  for (const to of [...cuts.toSorted((left, right) => left - right), answer.length]) {
    const bytes = Buffer.from(answer.slice(came, to), 'latin1');
    came = Math.max(came, to);
    if (bytes.length > 0) parser.push(bytes);
  }
  if (fin) parser.finish();
  return heard;
}
