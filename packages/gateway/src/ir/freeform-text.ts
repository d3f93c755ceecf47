import { isObject, parseJson } from './json.ts';
import { JsonStringDecoder } from './json-string.ts';

/** Where in `{"input": "…"}` the reading is. `lost` is text that is no such object. */
type Place = 'begin' | 'key' | 'in-key' | 'colon' | 'value' | 'text' | 'skip' | 'done' | 'lost';

/**
 * Reads the string property `input` out of a JSON object that comes in pieces. Other properties, their
 * order and white space do not matter.
 */
export class FreeformText {
  #place: Place = 'begin';
  #raw = '';
  #found = false;
  #key = '';
  #decoder = new JsonStringDecoder();
  /** Nesting of a value that is passed over, and whether a string of it is open. */
  #depth = 0;
  #inString = false;
  #escaped = false;

  /** What this piece adds to the text. */
  push(piece: string): string {
    if (!this.#found) this.#raw += piece;
    let text = '';
    let at = 0;
    while (at < piece.length && this.#place !== 'done') {
      if (this.#place === 'text' || this.#place === 'in-key') {
        const { decoded, next } = this.#decoder.push(piece, at);
        at = next;
        if (this.#place === 'text') text += decoded;
        else this.#key += decoded;
        if (this.#decoder.closed) this.#place = this.#place === 'text' ? 'done' : 'colon';
      } else {
        this.#step(piece.charAt(at));
        at += 1;
      }
    }
    return text;
  }

  /** What is left to say when the arguments are over: half a surrogate pair, or all of them where no text was found. */
  end(): string {
    return this.#found ? this.#decoder.end() : fallBack(this.#raw);
  }

  #step(character: string): void {
    if (this.#place === 'skip') this.#skip(character);
    else if (!/\s/.test(character)) this.#place = this.#after(character);
  }

  #after(character: string): Place {
    switch (this.#place) {
      case 'begin':
        return character === '{' ? 'key' : 'lost';
      case 'key':
        if (character !== '"') return 'lost';
        this.#key = '';
        this.#decoder = new JsonStringDecoder();
        return 'in-key';
      case 'colon':
        return character === ':' ? 'value' : 'lost';
      case 'value':
        return this.#beginValue(character);
      case 'in-key':
      case 'text':
      case 'skip':
      case 'done':
      case 'lost':
        return this.#place;
    }
  }

  #beginValue(character: string): Place {
    if (this.#key === 'input' && character === '"') {
      this.#found = true;
      this.#raw = '';
      this.#decoder = new JsonStringDecoder();
      return 'text';
    }
    this.#depth = 0;
    this.#inString = false;
    this.#skip(character);
    return 'skip';
  }

  #skip(character: string): void {
    if (this.#escaped) {
      this.#escaped = false;
    } else if (this.#inString) {
      if (character === '\\') this.#escaped = true;
      else if (character === '"') this.#inString = false;
    } else if (character === '"') {
      this.#inString = true;
    } else if (character === '{' || character === '[') {
      this.#depth += 1;
    } else if (this.#depth > 0 && (character === '}' || character === ']')) {
      this.#depth -= 1;
    } else if (this.#depth === 0 && character === ',') {
      this.#place = 'key';
    } else if (this.#depth === 0 && character === '}') {
      this.#place = 'lost';
    }
  }
}

/**
 * The text of arguments that hold no string named `input`: of a bare JSON string, or of an object whose
 * only property has another name, what it says; nothing for an empty object; else the arguments as they are.
 */
function fallBack(args: string): string {
  const value = parseJson(args);
  if (typeof value === 'string') return value;
  if (!isObject(value)) return args;
  const values = Object.values(value);
  if (values.length === 0) return '';
  return values.length === 1 && typeof values[0] === 'string' ? values[0] : args;
}
