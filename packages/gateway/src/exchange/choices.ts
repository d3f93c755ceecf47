import { type JsonObject, isObject } from '../ir/json.ts';
import { type Usage, sumUsage } from '../ir/usage.ts';
import type { StreamOut, StreamPiece } from './stream-out.ts';

/**
 * Several answers to one request (`n` > 1), which Cortex does not give in one call: each comes from a
 * request of its own, and here they become one chat completion again.
 */

/** Joins unary completions: choices renumbered, usage summed, the rest from the first. */
export function joinCompletions(completions: JsonObject[]): JsonObject {
  const choices = completions.flatMap((completion, index) => {
    const own = Array.isArray(completion.choices) ? completion.choices : [];
    return own.filter(isObject).map((choice) => ({ ...choice, index }));
  });
  const usages = completions.map((completion) => completion.usage).filter(isObject);
  return { ...completions[0], choices, ...(usages.length === 0 ? {} : { usage: usages.reduce(sumNumbers) }) };
}

/** Streams that share one client stream: each one's usage chunk and [DONE] are held back until all have ended. */
export class JoinedStreams {
  readonly #out: Pick<StreamOut, 'send' | 'failed'>;
  #open: number;
  #usages: JsonObject[] = [];

  constructor(out: Pick<StreamOut, 'send' | 'failed'>, streams: number) {
    this.#out = out;
    this.#open = streams;
  }

  send(pieces: StreamPiece[], signal: AbortSignal): void | Promise<void> {
    if (this.#out.failed) return undefined;
    const kept = pieces.flatMap((piece) => this.#sieve(piece));
    return kept.length === 0 ? undefined : this.#out.send(kept, signal);
  }

  #sieve(piece: StreamPiece): StreamPiece[] {
    if (piece instanceof Uint8Array || this.#out.failed) return this.#out.failed ? [] : [piece];
    if (piece.data.startsWith('{"error"')) this.#out.failed = true;
    if (piece.data === '[DONE]') {
      this.#open -= 1;
      if (this.#open > 0) return [];
      return [...(this.#usages.length === 0 ? [] : [{ data: JSON.stringify(this.#usages.reduce(sumNumbers)) }]), piece];
    }
    if (piece.data.includes('"choices":[]')) {
      const chunk: unknown = JSON.parse(piece.data);
      if (isObject(chunk) && isObject(chunk.usage)) {
        this.#usages.push(chunk);
        return [];
      }
    }
    return [piece];
  }
}

export function joinUsage(usages: (Usage | undefined)[]): Usage | undefined {
  const known = usages.filter((usage) => usage !== undefined);
  return known.length === 0 ? undefined : sumUsage(known);
}

/** Adds the numbers of two objects of one shape, at every depth under `usage`; what is not a number stays the first's. */
function sumNumbers(first: JsonObject, second: JsonObject): JsonObject {
  const sum: JsonObject = { ...first };
  for (const [key, value] of Object.entries(second)) {
    const own = sum[key];
    if (typeof value === 'number' && typeof own === 'number' && key !== 'created') sum[key] = own + value;
    else if (isObject(value) && isObject(own)) sum[key] = sumNumbers(own, value);
    else if (own === undefined) sum[key] = value;
  }
  return sum;
}
