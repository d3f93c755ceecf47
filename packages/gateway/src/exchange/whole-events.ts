import type { Transducer } from '../ir/transducer.ts';

const LINE_FEED = 0x0a;
const NOTHING = Buffer.alloc(0);

/**
 * Cuts passing bytes only between server-sent events: a block goes on when its blank line is there. A
 * client can do nothing with half an event, and a tap that sees whole ones needs no memory.
 */
export function wholeEvents(): Transducer<Uint8Array, Buffer> {
  let rest: Buffer = NOTHING;
  return {
    push(bytes) {
      const all =
        rest.length === 0 ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length) : Buffer.concat([rest, bytes]);
      if (isWhole(all)) {
        // An empty piece of these bytes would keep them in memory for as long as the stream is silent.
        rest = NOTHING;
        return [all];
      }
      const end = Math.max(endOfLast(all, '\n\n'), endOfLast(all, '\r\n\r\n'));
      rest = all.subarray(end);
      return end === 0 ? [] : [all.subarray(0, end)];
    },
    // What was cut inside an event is nobody's to read.
    end: () => [],
  };
}

/** Nearly all network chunks end where an event does. */
function isWhole(bytes: Buffer): boolean {
  return bytes.at(-1) === LINE_FEED && bytes.at(-2) === LINE_FEED;
}

function endOfLast(bytes: Buffer, mark: string): number {
  const at = bytes.lastIndexOf(mark);
  return at === -1 ? 0 : at + mark.length;
}
