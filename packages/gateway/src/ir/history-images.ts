import type { Repair } from './repair.ts';
import type { Part, Turn } from './request.ts';

/** Images are left out by so many at a time, so that the turns before stay the same for as many new ones, and cached. */
const BATCH = 10;

/** What a model without eyes reads in place of an image, whatever the protocol. */
export const UNSEEN_IMAGE = '[An image was here. This model cannot see images.]';

/** Replaces the oldest images by a word of what was there, where there are more than the target takes. */
export function limitImages(turns: Turn[], most: number, drop: Repair): Turn[] {
  const count = turns.reduce((sum, turn) => sum + countImages(turn.parts), 0);
  if (count <= most) return turns;
  let left = Math.min(count, Math.ceil((count - most) / BATCH) * BATCH);
  const within = (parts: Part[], path: string): Part[] =>
    parts.map((part, index) => {
      const at = `${path}.parts[${index}]`;
      if (part.kind === 'tool-result' && left > 0 && countImages(part.parts) > 0) {
        return { ...part, parts: within(part.parts, at) };
      }
      if (!isImage(part) || left === 0) return part;
      left -= 1;
      drop(at, `a request may hold ${most} images, so the oldest were left out`);
      return { kind: 'text', text: `[An earlier image was here. It was left out: a request may hold ${most} images.]` };
    });
  return turns.map((turn, index) =>
    left > 0 && countImages(turn.parts) > 0 ? { ...turn, parts: within(turn.parts, `turns[${index}]`) } : turn,
  );
}

function countImages(parts: Part[]): number {
  return parts.reduce(
    (sum, part) => sum + (part.kind === 'tool-result' ? countImages(part.parts) : isImage(part) ? 1 : 0),
    0,
  );
}

function isImage(part: Part): boolean {
  return part.kind === 'media' && part.mime.startsWith('image/');
}
