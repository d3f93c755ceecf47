/** What a piece of text releases: what is certainly before any stop sequence, and which one ended it. */
interface Released {
  text: string;
  matched?: string;
}

export interface StopMatcher {
  push(piece: string): Released;
  /** The text has ended: what was held back was no stop sequence after all. */
  flush(): string;
}

/**
 * Finds the first of several sequences in text that comes in pieces, however it is cut. Text that could
 * be the beginning of a sequence is held back until that is decided.
 */
export function createStopMatcher(sequences: readonly string[]): StopMatcher {
  let held = '';
  return {
    push(piece) {
      const text = held + piece;
      const found = firstOf(sequences, text);
      if (found !== undefined) {
        held = '';
        return { text: text.slice(0, found.at), matched: found.sequence };
      }
      const keep = longestBeginning(sequences, text);
      held = text.slice(text.length - keep);
      return { text: text.slice(0, text.length - keep) };
    },
    flush() {
      const text = held;
      held = '';
      return text;
    },
  };
}

/** The earliest match; of several that begin at one place, the one that ends first, as it would while text grows. */
function firstOf(sequences: readonly string[], text: string): { at: number; sequence: string } | undefined {
  const found = sequences.map((sequence) => ({ at: text.indexOf(sequence), sequence })).filter(({ at }) => at !== -1);
  return found.toSorted((left, right) => end(left) - end(right) || left.at - right.at)[0];
}

function end({ at, sequence }: { at: number; sequence: string }): number {
  return at + sequence.length;
}

/** How many characters at the end of `text` are the beginning of a sequence. */
function longestBeginning(sequences: readonly string[], text: string): number {
  const lengths = sequences.map((sequence) => {
    for (let length = Math.min(sequence.length - 1, text.length); length > 0; length -= 1) {
      if (sequence.startsWith(text.slice(-length))) return length;
    }
    return 0;
  });
  return Math.max(0, ...lengths);
}
