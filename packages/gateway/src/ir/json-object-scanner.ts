/** Where in the text the reading is: outside, in a `{` that may begin an object, inside one, or behind it. */
type Place = 'prose' | 'opened' | 'key' | 'colon' | 'body' | 'whole';

/**
 * Finds the one JSON object in text that comes in pieces: prose, code fences and braces that are no JSON
 * are passed over. A `{` counts once a quoted key and its colon follow; an empty object only when no other
 * comes. Braces inside strings do not count.
 */
export class JsonObjectScanner {
  #place: Place = 'prose';
  /** From a `{` on, while it may still turn out to be prose. */
  #held = '';
  #passed = '';
  #sawEmpty = false;
  #isBroken = false;
  #depth = 0;
  #inString = false;
  #escaped = false;

  /** The piece's share of the object. */
  take(piece: string): string {
    let text = piece;
    let at = 0;
    let share = '';
    while (at < text.length && this.#place !== 'whole') {
      if (this.#place === 'prose') {
        at = text.indexOf('{', at) + 1;
        if (at === 0) break;
        this.#place = 'opened';
        this.#held = '{';
      } else if (this.#place === 'body') {
        const end = this.#walk(text, at);
        share += text.slice(at, end);
        at = end;
      } else if (this.#prove(text.charAt(at))) {
        at += 1;
        share += this.#takeProven();
      } else {
        // No object after all: another one may begin inside what looked like it.
        text = this.#held.slice(1) + text.slice(at);
        at = 0;
        this.#held = '';
        this.#escaped = false;
        this.#place = 'prose';
      }
    }
    this.#passed += share;
    if (this.#place === 'whole' && share !== '') this.#isBroken = !isJson(this.#passed);
    return share;
  }

  /** What is left to say when the text is over: the empty object, if it is the only one. */
  end(): string {
    if (!this.#sawEmpty || this.#passed !== '') return '';
    this.#place = 'whole';
    this.#passed = '{}';
    return '{}';
  }

  /** Why what was found is no JSON object; undefined while it may still become one, and when it is. */
  get fault(): string | undefined {
    return this.#isBroken ? 'it was to be one JSON object and is not valid JSON' : undefined;
  }

  /** The same for an answer that is complete. */
  get finalFault(): string | undefined {
    return this.#place === 'whole' ? this.fault : 'it was to be one JSON object and holds none';
  }

  /** Takes one more character of a candidate; false when it shows that this is no object. */
  #prove(character: string): boolean {
    switch (this.#place) {
      case 'opened':
        if (character === '}') this.#sawEmpty = true;
        if (character === '"') this.#place = 'key';
        else if (!isSpace(character)) return false;
        break;
      case 'key':
        if (character < ' ') return false;
        if (this.#escaped) this.#escaped = false;
        else if (character === '\\') this.#escaped = true;
        else if (character === '"') this.#place = 'colon';
        break;
      case 'colon':
        if (character === ':') this.#place = 'body';
        else if (!isSpace(character)) return false;
        break;
      case 'prose':
      case 'body':
      case 'whole':
        return false;
    }
    this.#held += character;
    return true;
  }

  /** What was held back, once it is sure that it begins the object. */
  #takeProven(): string {
    if (this.#place !== 'body') return '';
    const proven = this.#held;
    this.#held = '';
    this.#depth = 1;
    return proven;
  }

  /** Reads on to the end of the object or of the text. @returns where it stopped */
  #walk(text: string, from: number): number {
    for (let at = from; at < text.length; at += 1) {
      const character = text.charAt(at);
      if (this.#escaped) this.#escaped = false;
      else if (this.#inString) {
        if (character === '\\') this.#escaped = true;
        else if (character === '"') this.#inString = false;
      } else if (character === '"') this.#inString = true;
      else if (character === '{') this.#depth += 1;
      else if (character === '}') {
        this.#depth -= 1;
        if (this.#depth > 0) continue;
        this.#place = 'whole';
        return at + 1;
      }
    }
    return text.length;
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function isSpace(character: string): boolean {
  return character === ' ' || character === '\n' || character === '\r' || character === '\t';
}
