import { GatewayError } from '../../errors/error.ts';
import { isObject, type Json, type JsonObject } from '../../ir/json.ts';
import type { Usage } from '../../ir/usage.ts';

interface EmbedResult {
  /** One for each text, in the order of the texts. */
  vectors: number[][];
  /** `input` is absent when Cortex did not count. */
  usage: Usage;
}

/**
 * Reads the answer to one batch, vectors in a list of their own or plain (docs/cortex-quirks.md#embed-nested-vectors).
 * @param texts how many were sent
 * @throws GatewayError `upstream-broken` when the answer is none, or not one vector for each text
 */
export function readEmbedAnswer(body: JsonObject, texts: number): EmbedResult {
  if (!Array.isArray(body.data)) throw broken('it has no "data"', body);
  const vectors = Array.from<number[] | undefined>({ length: texts });
  for (const [position, item] of body.data.entries()) {
    const { index = position, embedding } = isObject(item) ? item : {};
    const vector = readVector(embedding);
    if (vector === undefined) throw broken(`its vector ${position} is no list of numbers`, body);
    if (typeof index !== 'number' || !(index in vectors) || vectors[index] !== undefined) {
      throw broken(`its vector ${position} belongs to no text, or to one that has a vector`, body);
    }
    vectors[index] = vector;
  }
  const known = vectors.filter((vector) => vector !== undefined);
  if (known.length < texts) throw broken(`it has ${known.length} vectors for ${texts} texts`, body);
  return { vectors: known, usage: readUsage(body.usage) };
}

function readVector(value: Json | undefined): number[] | undefined {
  const [first] = Array.isArray(value) ? value : [];
  const numbers = Array.isArray(first) ? first : value;
  if (!Array.isArray(numbers) || numbers.length === 0) return undefined;
  return numbers.every((number) => typeof number === 'number') ? numbers : undefined;
}

function readUsage(raw: Json | undefined): Usage {
  if (!isObject(raw)) return { raw: [] };
  const tokens = [raw.prompt_tokens, raw.total_tokens].find((count) => typeof count === 'number');
  return typeof tokens === 'number' ? { input: tokens, raw: [raw] } : { raw: [raw] };
}

/** What an error in the clothes of a 200 says is kept for `upstream/classify`. */
function broken(what: string, { message, code, request_id: requestId }: JsonObject): GatewayError {
  return new GatewayError(
    'upstream-broken',
    `The upstream's answer to the embedding request is broken: ${what}. Try again.`,
    {
      retry: 'same',
      upstream: {
        ...(typeof message === 'string' ? { message } : {}),
        ...(typeof code === 'string' ? { code } : {}),
        ...(typeof requestId === 'string' ? { requestId } : {}),
      },
    },
  );
}
