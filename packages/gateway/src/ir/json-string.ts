const ESCAPES: Record<string, string> = { '"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

/**
 * Decodes the inside of one JSON string that comes in pieces, from after its opening quote to its
 * closing one. Lenient as models need it: unescaped line breaks and unknown escapes stand for
 * themselves. Half a surrogate pair is held back until its other half is there, because alone it is
 * no valid text outside JavaScript.
 */
export class JsonStringDecoder {
  #escape = '';
  #highSurrogate = '';
  closed = false;

  /** Decodes `piece` from `from` on. @returns the text, and where the reading stopped: behind the closing quote, or at the end */
  push(piece: string, from: number): { decoded: string; next: number } {
    let decoded = this.#highSurrogate;
    this.#highSurrogate = '';
    let at = from;
    while (at < piece.length && !this.closed) {
      if (this.#escape !== '') {
        const { text, taken } = this.#takeEscape(piece.charAt(at));
        decoded += text;
        at += taken ? 1 : 0;
        continue;
      }
      const end = plainUntil(piece, at);
      decoded += piece.slice(at, end);
      at = end;
      if (at === piece.length) break;
      if (piece.charAt(at) === '"') this.closed = true;
      else this.#escape = '\\';
      at += 1;
    }
    if (!this.closed && endsInHighSurrogate(decoded)) {
      this.#highSurrogate = decoded.slice(-1);
      decoded = decoded.slice(0, -1);
    }
    return { decoded, next: at };
  }

  /** What was held back when the string was cut; an escape that was cut is dropped. */
  end(): string {
    return this.#highSurrogate;
  }

  /** One more character of an escape: what it decodes to once it is whole, or itself when it is none. */
  #takeEscape(character: string): { text: string; taken: boolean } {
    const whole = this.#escape + character;
    if (whole.startsWith('\\u')) {
      const isDigit = whole.length === 2 || /[\da-f]/i.test(character);
      this.#escape = isDigit && whole.length < 6 ? whole : '';
      if (!isDigit) return { text: whole.slice(0, -1), taken: false };
      return { text: whole.length < 6 ? '' : String.fromCharCode(Number.parseInt(whole.slice(2), 16)), taken: true };
    }
    this.#escape = '';
    return { text: ESCAPES[character] ?? whole, taken: true };
  }
}

/** Where the next quote or backslash is; the length of the piece when there is none. */
function plainUntil(piece: string, from: number): number {
  for (let at = from; at < piece.length; at += 1) {
    const code = piece.charCodeAt(at);
    if (code === 0x22 || code === 0x5c) return at;
  }
  return piece.length;
}

function endsInHighSurrogate(text: string): boolean {
  const code = text.charCodeAt(text.length - 1);
  return code >= 0xd800 && code <= 0xdbff;
}
