import type { JsonObject } from '../../ir/json.ts';
import { chunkText } from '../script/chunk.ts';

/** What Cortex sends when there are none: openai-go's struct with nothing in it. */
export const NO_LOGPROBS: JsonObject = { content: null, refusal: null };

/** Made-up but well-formed: one entry per piece of text, the likelier the shorter. */
export function logprobsOf(text: string, alternatives: number | undefined): JsonObject {
  if (alternatives === undefined || text === '') return NO_LOGPROBS;
  const entry = (token: string, rank: number): JsonObject => ({
    bytes: [...Buffer.from(token)],
    logprob: -(token.length + rank) / 100,
    token,
  });
  const content = chunkText(text).map((token) => ({
    ...entry(token, 0),
    top_logprobs: Array.from({ length: alternatives }, (_, rank) =>
      entry(rank === 0 ? token : `${token}${rank}`, rank),
    ),
  }));
  return { content, refusal: null };
}
