import { GatewayError } from '../errors/error.ts';
import type { JsonObject } from '../ir/json.ts';
import { isObject } from '../ir/json.ts';
import { formatSse } from '../kit/sse.ts';
import type { Deployment } from '../upstream/deployment.ts';
import type { Exchange } from './exchange.ts';
import type { Lane, Observation } from './lanes.ts';
import type { RequestHead } from './peek.ts';
import { readChatUsage } from '../protocols/openai-chat/usage.ts';

/** Same dialect and nothing to mend: the bytes travel as they are, but for the fields of the deployment. */
export function verbatimLane(x: Exchange, head: RequestHead, deployment: Deployment): Lane {
  const seen: Observation = { content: false };
  return {
    name: 'verbatim',
    body: spliceFields(x.body!, head.spans, { model: deployment.model }, deployment.defaults),
    headers: {},
    notes: [],
    streams: head.stream,
    seen,
    stream() {
      const tail = new Tail();
      return {
        push(bytes) {
          seen.content = true;
          tail.push(bytes);
          return [bytes];
        },
        end() {
          const text = tail.text();
          observeUsage(text, seen);
          if (/data: ?\[DONE\]\s*$/.test(text)) return [];
          seen.error = new GatewayError(
            'upstream-broken',
            `${deployment.origin} ended its stream before the answer was complete. Try again.`,
            { retry: 'same' },
          );
          return x.dialect.codec
            .writeErrorEvents(seen.error, x.requestId)
            .map((event) => Buffer.from(formatSse(event)));
        },
      };
    },
    message(bytes) {
      const body = parseObject(bytes);
      if (body === undefined)
        throw new GatewayError('upstream-broken', `${deployment.origin} answered with something that is not JSON.`, {
          retry: 'same',
        });
      if (isObject(body.usage)) seen.usage = readChatUsage(body.usage);
      seen.content = true;
      return bytes;
    },
  };
}

/** Replaces the values of `fields` in the bytes, and adds `defaults` that the body does not have, touching nothing else. */
export function spliceFields(
  body: Buffer,
  spans: RequestHead['spans'],
  fields: JsonObject,
  defaults: JsonObject,
): Buffer {
  const edits = Object.entries(fields).flatMap(([key, value]) => {
    const span = spans.get(key);
    return span === undefined ? [] : [{ start: span[0], end: span[1], text: JSON.stringify(value) }];
  });
  const added = Object.entries({ ...defaults, ...fields })
    .filter(([key]) => !spans.has(key))
    .map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)},`)
    .join('');
  const open = body.indexOf(0x7b) + 1;
  if (added !== '') edits.push({ start: open, end: open, text: spans.size === 0 ? added.slice(0, -1) : added });
  edits.sort((a, b) => a.start - b.start);
  const pieces: Buffer[] = [];
  let at = 0;
  for (const { start, end, text } of edits) {
    pieces.push(body.subarray(at, start), Buffer.from(text));
    at = end;
  }
  pieces.push(body.subarray(at));
  return Buffer.concat(pieces);
}

/** The last bytes of a stream: enough for the usage chunk and the terminal event. */
class Tail {
  static readonly #KEPT = 4096;
  #bytes: Buffer = Buffer.alloc(0);

  push(bytes: Uint8Array): void {
    this.#bytes = Buffer.concat([this.#bytes, bytes]).subarray(-Tail.#KEPT);
  }

  text(): string {
    return this.#bytes.toString('utf8');
  }
}

function observeUsage(tail: string, seen: Observation): void {
  for (const line of tail.split('\n').reverse()) {
    if (!line.startsWith('data:') || !line.includes('"usage"')) continue;
    const chunk = parseObject(Buffer.from(line.slice('data:'.length)));
    if (chunk !== undefined && isObject(chunk.usage)) {
      seen.usage = readChatUsage(chunk.usage);
      return;
    }
  }
}

function parseObject(bytes: Buffer): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
