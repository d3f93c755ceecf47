/** The answer to an embedding request. */
import type { Usage } from '../../ir/usage.ts';
import type { EmbeddingAnswer, EmbeddingFormat } from './wire.ts';

interface EmbeddingAnswerOptions {
  /** What the client asked for; echoed. */
  model: string;
  format: EmbeddingFormat;
  /** Of all batches together. OpenAI's clients need a number, so a count nobody made is 0. */
  usage: Usage;
}

/** @param vectors one for each text of the request, in its order */
export function writeEmbeddingAnswer(
  vectors: number[][],
  { model, format, usage }: EmbeddingAnswerOptions,
): EmbeddingAnswer {
  const tokens = usage.input ?? 0;
  return {
    object: 'list',
    data: vectors.map((vector, index) => ({
      object: 'embedding',
      index,
      embedding: format === 'base64' ? encodeVector(vector) : vector,
    })),
    model,
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  };
}

/** 32-bit floats, little-endian on every machine, in base64. */
function encodeVector(vector: number[]): string {
  const view = new DataView(new ArrayBuffer(vector.length * Float32Array.BYTES_PER_ELEMENT));
  vector.forEach((number, index) => view.setFloat32(index * Float32Array.BYTES_PER_ELEMENT, number, true));
  return btoa(Array.from(new Uint8Array(view.buffer), (byte) => String.fromCharCode(byte)).join(''));
}
