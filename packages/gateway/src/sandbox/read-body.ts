import type { IncomingMessage } from 'node:http';
import { isObject, type Json, type JsonObject } from '../ir/json.ts';

/** Snowflake docs, Chat Completions API, limitations. */
const MAX_BYTES = 20 * 1024 * 1024;

export type ReadBody =
  /** An empty body reads as `{}`; `raw` is what came. */
  { kind: 'object'; body: JsonObject; raw: Buffer } | { kind: 'not-an-object'; raw: Buffer } | { kind: 'too-large' };

/** Reads to the end even what is too large, so that the client is ready to hear the refusal. */
export async function readBody(request: IncomingMessage): Promise<ReadBody> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= MAX_BYTES) chunks.push(chunk);
  }
  if (bytes > MAX_BYTES) return { kind: 'too-large' };
  const raw = Buffer.concat(chunks);
  if (bytes === 0) return { kind: 'object', body: {}, raw };
  const body = parse(raw.toString());
  return isObject(body) ? { kind: 'object', body, raw } : { kind: 'not-an-object', raw };
}

function parse(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
