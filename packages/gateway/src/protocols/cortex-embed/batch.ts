/** Many texts in as many requests as Cortex takes them. */
import { GatewayError } from '../../errors/error.ts';

interface EmbedLimits {
  /** Texts in one request. */
  maxTexts: number;
  /** Unicode characters in one text. */
  maxCharacters: number;
}

/**
 * Cortex documents 1,280 texts to a request; 64 are known to work and answer fast, and at 64 the quota of
 * tokens is spent before that of requests (docs/cortex-quirks.md#embed-limits).
 */
const CORTEX_EMBED_LIMITS: EmbedLimits = { maxTexts: 64, maxCharacters: 4_096 };

/**
 * The texts in batches that keep their order: the answers to them, one after the other, are the answer
 * to all.
 * @throws GatewayError `invalid-request` for a text that is too long; cutting it would embed something else
 */
export function batchTexts(
  texts: readonly string[],
  { maxTexts, maxCharacters }: EmbedLimits = CORTEX_EMBED_LIMITS,
): string[][] {
  texts.forEach((text, index) => {
    const characters = countCharacters(text, maxCharacters);
    if (characters <= maxCharacters) return;
    throw new GatewayError(
      'invalid-request',
      `"input[${index}]" has ${characters} characters, and Cortex embeds at most ${maxCharacters} of a text. Split it into smaller pieces.`,
      { param: `input[${index}]` },
    );
  });
  return Array.from({ length: Math.ceil(texts.length / maxTexts) }, (_, batch) =>
    texts.slice(batch * maxTexts, (batch + 1) * maxTexts),
  );
}

/** Counts characters outside the basic plane once; a text that cannot be too long is not looked through. */
function countCharacters(text: string, enough: number): number {
  return text.length <= enough ? text.length : Array.from(text).length;
}
