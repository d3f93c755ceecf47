const LONGEST = 24;

/**
 * Cuts text into the pieces a stream carries: a word with the white space after it, long words in
 * several pieces. Joined, the pieces are the text; no character is split.
 */
export function chunkText(text: string): string[] {
  return (text.match(/\s*\S+\s*|\s+/gu) ?? []).flatMap(splitLong);
}

function splitLong(word: string): string[] {
  if (word.length <= LONGEST) return [word];
  const characters = [...word];
  const pieces: string[] = [];
  for (let at = 0; at < characters.length; at += LONGEST) pieces.push(characters.slice(at, at + LONGEST).join(''));
  return pieces;
}
