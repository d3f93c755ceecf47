import { inspect } from 'node:util';

const REDACTED = '[secret]';

/** A value that must never be printed. It redacts itself in strings, JSON and inspection; `reveal` is the only way out. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The value in clear: call it where the value leaves for its one destination, nowhere else. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return REDACTED;
  }

  toJSON(): string {
    return REDACTED;
  }

  [inspect.custom](): string {
    return REDACTED;
  }
}
