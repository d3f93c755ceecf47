import type { Transducer } from '../ir/transducer.ts';
import type { StreamPiece } from './stream-out.ts';

/** Where a lane says that the event it reads is text and nothing else, so that the next may differ in its words alone. */
export interface HeardText {
  /** "" for an event that is anything else. */
  words: string;
}

/** What stands around the words of an event: as it came, and in the data of what it became. */
interface Pattern {
  /** One character for each byte. */
  came: Frame;
  told: Frame;
  /** The name of what it became. */
  event: string | undefined;
}

interface Frame {
  before: string;
  after: string;
}

const EVENT_END = '\n\n';
const LINE_FEED = 0x0a;

/** The bytes inside a JSON string that JSON.stringify would write the same: no escapes but the short ones. */
const PLAIN = /(?:[ !#-[\]-\xff]|\\["\\bfnrt])+/y;
const BEYOND_ASCII = /[\x80-\xff]/;

/**
 * Nearly every event of a long answer is the one before it with other words, and what a lane makes of it does
 * not depend on those. When two such events in a row became the same, the next ones are known by their bytes and
 * never parsed: their words, as they stand in the JSON, go where the words before them went. Any other event
 * takes the long way through the lane, and unless it confirms what was learned, that is forgotten.
 * @param lane one that keeps nothing of the words that pass it, and says in `heard` when it reads such an event
 */
export function runningText(
  lane: Transducer<Uint8Array, StreamPiece>,
  heard: HeardText,
): Transducer<Uint8Array, StreamPiece> {
  let pattern: Pattern | undefined;
  /** Two in a row had it. */
  let repeats = false;
  /** The lane has no part of an event that is not whole. */
  let betweenEvents = true;

  /** @param bytes one event, or a piece of one */
  function readLong(bytes: Buffer): StreamPiece[] {
    heard.words = '';
    const pieces = lane.push(bytes);
    const isEnd = endsEvent(bytes);
    const learned = betweenEvents && isEnd ? learn(bytes, pieces, heard.words, pattern) : undefined;
    repeats = learned !== undefined && learned === pattern;
    pattern = learned;
    betweenEvents = isEnd;
    return pieces;
  }

  return {
    push(bytes) {
      const block = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
      const pieces: StreamPiece[] = [];
      let text: string | undefined;
      let at = 0;
      while (at < block.length) {
        if (repeats && pattern !== undefined) {
          const { came, told, event } = pattern;
          text ??= block.toString('latin1');
          const words = wordsAt(text, at, came);
          if (words !== '') {
            pieces.push(written(event, told.before + fromBytes(words) + told.after));
            at += came.before.length + words.length + came.after.length;
            continue;
          }
        }
        const end = endOfEvent(block, at);
        pieces.push(...readLong(block.subarray(at, end)));
        at = end;
      }
      return pieces;
    },
    end: () => lane.end(),
  };
}

/** The words of an event that has this frame and begins at `at`; "" for any other, and where they are not written plainly. */
function wordsAt(text: string, at: number, { before, after }: Frame): string {
  if (!text.startsWith(before, at)) return '';
  PLAIN.lastIndex = at + before.length;
  const isPlain = PLAIN.test(text) && text.startsWith(after, PLAIN.lastIndex);
  return isPlain ? text.slice(at + before.length, PLAIN.lastIndex) : '';
}

/** The pattern that this event has: the one known, if it has that, and undefined if its words cannot be told apart. */
function learn(bytes: Buffer, [told, ...more]: StreamPiece[], words: string, known: Pattern | undefined) {
  if (words === '' || told === undefined || told instanceof Uint8Array || more.length > 0) return undefined;
  const json = JSON.stringify(words).slice(1, -1);
  const text = bytes.toString('latin1');
  if (known !== undefined && known.event === told.event && told.data === known.told.before + json + known.told.after) {
    if (text.startsWith(known.came.before) && text.endsWith(known.came.after)) return known;
  }
  const cameFrame = frameOf(text, Buffer.from(json).toString('latin1'));
  const toldFrame = frameOf(told.data, json);
  if (cameFrame === undefined || toldFrame === undefined) return undefined;
  return { came: cameFrame, told: toldFrame, event: told.event };
}

/** Where the words stand as the value of a field; undefined where that is not certain. */
function frameOf(text: string, words: string): Frame | undefined {
  const value = `:"${words}"`;
  const at = text.indexOf(value);
  if (at === -1 || at !== text.lastIndexOf(value)) return undefined;
  return { before: text.slice(0, at + ':"'.length), after: text.slice(at + value.length - 1) };
}

function written(event: string | undefined, data: string): StreamPiece {
  return event === undefined ? { data } : { event, data };
}

/** @param text one character for each byte */
function fromBytes(text: string): string {
  return BEYOND_ASCII.test(text) ? Buffer.from(text, 'latin1').toString('utf8') : text;
}

function endOfEvent(block: Buffer, from: number): number {
  const at = block.indexOf(EVENT_END, from);
  return at === -1 ? block.length : at + EVENT_END.length;
}

function endsEvent(bytes: Buffer): boolean {
  return bytes.at(-1) === LINE_FEED && bytes.at(-2) === LINE_FEED;
}
