import { isObject, type Json, type JsonObject } from '../../ir/json.ts';
import { choicesOf, hasText } from './chunk.ts';

/** What stands around the words of a chunk in its JSON. */
interface Frame {
  before: string;
  after: string;
}

/** A mended chunk that differs from those after it in its words alone. */
export interface Pattern extends Frame {
  chunk: JsonObject;
}

const WORDS = '"content":"';

/** The inside of a JSON string that JSON.stringify would write the same: no escapes but the short ones. */
const AS_WRITTEN = /^(?:[^"\\\p{Cc}]|\\["\\bfnrt])+$/u;

/**
 * Nearly every chunk of a long answer is the one before it with other words, and what the mends do to it does
 * not depend on those. When two such chunks in a row were mended alike, the next ones are not parsed: what
 * stands around their words is exchanged. Any other chunk goes the long way, and what was learned is forgotten.
 */
export class RunningText {
  #came: Frame | undefined;
  #mended: Pattern | undefined;
  #repeats = false;

  /** How these chunks are mended; undefined until two were mended alike. */
  get pattern(): Pattern | undefined {
    return this.#repeats ? this.#mended : undefined;
  }

  /** The words of a chunk that is the one before it in all else, as they stand in its JSON; undefined for any other. */
  wordsOf(data: string): string | undefined {
    if (!this.#repeats || this.#came === undefined) return undefined;
    const { before, after } = this.#came;
    if (data.length <= before.length + after.length || !data.startsWith(before) || !data.endsWith(after)) {
      return undefined;
    }
    const words = data.slice(before.length, data.length - after.length);
    return AS_WRITTEN.test(words) ? words : undefined;
  }

  /**
   * Hears of every chunk that went the long way.
   * @param words what it said before it was mended
   */
  learn(data: string, words: string, mended: readonly JsonObject[]): void {
    const came = frameOf(data, words);
    const pattern = came !== undefined && isSame(came, this.#came) ? patternOf(mended, words) : undefined;
    this.#repeats = pattern !== undefined && isSame(pattern, this.#mended);
    this.#came = came;
    this.#mended = pattern;
  }
}

/** What a chunk of one choice says; "" for none, and for what more can be in it. */
export function wordsIn(chunk: JsonObject): string {
  const choices = choicesOf(chunk);
  const delta = choices.length === 1 ? choices[0]!.delta : undefined;
  return isObject(delta) && hasText(delta.content) ? delta.content : '';
}

function patternOf([chunk, ...more]: readonly JsonObject[], words: string): Pattern | undefined {
  if (chunk === undefined || more.length > 0 || wordsIn(chunk) !== words || !saysNothingElse(chunk)) return undefined;
  const frame = frameOf(JSON.stringify(chunk), words);
  return frame === undefined ? undefined : { ...frame, chunk };
}

/** Where the words stand; undefined where that is not certain. */
function frameOf(text: string, words: string): Frame | undefined {
  const start = text.indexOf(WORDS);
  if (words === '' || start === -1 || start !== text.lastIndexOf(WORDS)) return undefined;
  const written = JSON.stringify(words).slice(1);
  const from = start + WORDS.length;
  if (!text.startsWith(written, from)) return undefined;
  return { before: text.slice(0, from), after: text.slice(from + written.length - 1) };
}

function isSame(frame: Frame, other: Frame | undefined): boolean {
  return frame.before === other?.before && frame.after === other.after;
}

/** True for a chunk that has nothing but words, so that a reader of it needs nothing but them. */
function saysNothingElse(chunk: JsonObject): boolean {
  const { delta, finish_reason: reason } = choicesOf(chunk)[0]!;
  const others = isObject(delta) ? Object.entries(delta).filter(([field]) => field !== 'content') : [];
  return !isSaid(chunk.usage) && !isSaid(reason) && !others.some(([, value]) => isSaid(value));
}

function isSaid(value: Json | undefined): boolean {
  return value !== undefined && value !== null;
}
