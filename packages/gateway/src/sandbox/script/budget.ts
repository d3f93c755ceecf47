/** What ends an answer before the model meant to: the token limit and stop sequences. */
import { countPart, countTokens, takeTokens } from '../tokens.ts';
import type { SimulatedPart } from '../turn.ts';

/** As many parts as the limit pays for. Text is cut in the middle; a call is there whole or not at all. */
export function cutToTokens(parts: SimulatedPart[], maxTokens: number): { parts: SimulatedPart[]; cut: boolean } {
  const kept: SimulatedPart[] = [];
  let left = maxTokens;
  for (const part of parts) {
    const cost = countPart(part);
    if (cost <= left) {
      kept.push(part);
      left -= cost;
      continue;
    }
    const text = part.kind === 'call' ? '' : takeTokens(part.text, left);
    if (text !== '' && part.kind === 'text') kept.push({ ...part, text });
    // A thought that ran out of tokens comes back without the signature that would let it be replayed.
    if (text !== '' && part.kind === 'thinking') kept.push({ ...part, text, signature: '' });
    return { parts: kept, cut: true };
  }
  return { parts: kept, cut: false };
}

/** Ends the answer before the first stop sequence in its text. */
export function cutAtStop(parts: SimulatedPart[], stop: string[]): { parts: SimulatedPart[]; sequence?: string } {
  for (const [index, part] of parts.entries()) {
    if (part.kind !== 'text') continue;
    const found = stop
      .map((sequence) => ({ sequence, at: part.text.indexOf(sequence) }))
      .filter(({ at }) => at !== -1)
      .toSorted((a, b) => a.at - b.at)[0];
    if (found === undefined) continue;
    const text = part.text.slice(0, found.at);
    return { parts: [...parts.slice(0, index), ...(text === '' ? [] : [{ ...part, text }])], sequence: found.sequence };
  }
  return { parts };
}

export function countOutput(parts: SimulatedPart[]): { output: number; reasoning: number } {
  const reasoning = parts.reduce((sum, part) => sum + (part.kind === 'thinking' ? countTokens(part.text) : 0), 0);
  return { output: parts.reduce((sum, part) => sum + countPart(part), 0), reasoning };
}
