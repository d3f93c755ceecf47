import type { Json, JsonObject } from '../../ir/json.ts';
import { isObject } from '../../ir/json.ts';
import type { ConfigDocument, Path } from '../document.ts';
import { pathText } from '../document.ts';
import type { Draft } from '../draft.ts';
import { originAt } from '../draft.ts';
import { unsetReference } from '../interpolate.ts';
import type { ConfigNote, Place, Problem } from '../problem.ts';

/**
 * One mapping of a LiteLLM file. Reading a key marks it as honoured; what was never read becomes a
 * note. Types are read as leniently as LiteLLM does: numbers and booleans may be text.
 */
export class Section {
  readonly path: Path;
  readonly #values: JsonObject;
  readonly #file: { document: ConfigDocument; draft: Draft };
  readonly #read = new Set<string>();

  constructor(file: { document: ConfigDocument; draft: Draft }, path: Path, values: JsonObject) {
    this.#file = file;
    this.path = path;
    this.#values = values;
  }

  get keys(): string[] {
    return Object.keys(this.#values);
  }

  get unread(): string[] {
    return this.keys.filter((key) => !this.#read.has(key));
  }

  place(...keys: (string | number)[]): Place {
    return this.#file.document.placeOf([...this.path, ...keys]);
  }

  pathText(...keys: (string | number)[]): string {
    return pathText([...this.path, ...keys]);
  }

  /** The first of `keys` whose value, at any depth, names a variable that is not set. */
  findUnset(keys: readonly string[]): { key: string; name: string } | undefined {
    for (const key of keys) {
      const name = unsetReference(this.#values[key]);
      if (name !== undefined) return { key, name };
    }
    return undefined;
  }

  value(key: string): Json | undefined {
    this.#read.add(key);
    return this.#values[key] ?? undefined;
  }

  text(key: string): string | undefined {
    const value = this.value(key);
    if (value === undefined || typeof value === 'string') return value;
    if (typeof value === 'number') return String(value);
    return this.#wrong(key, 'expected text');
  }

  number(key: string): number | undefined {
    const value = this.value(key);
    if (value === undefined || typeof value === 'number') return value;
    if (typeof value === 'string' && value.trim() !== '' && Number.isFinite(Number(value))) return Number(value);
    return this.#wrong(key, 'expected a number');
  }

  /** A number of seconds, as milliseconds. */
  seconds(key: string): number | undefined {
    const value = this.number(key);
    if (value === undefined) return undefined;
    return value > 0 && value <= 2_000_000
      ? Math.round(value * 1000)
      : this.#wrong(key, 'expected a number of seconds above 0');
  }

  count(key: string): number | undefined {
    const value = this.number(key);
    if (value === undefined || (Number.isInteger(value) && value >= 0)) return value;
    return this.#wrong(key, 'expected a whole number, 0 or more');
  }

  flag(key: string): boolean | undefined {
    const value = this.value(key);
    if (value === undefined || typeof value === 'boolean') return value;
    // LiteLLM reads YAML 1.1, where these words are booleans.
    if (typeof value === 'string' && /^(true|false|yes|no|on|off)$/i.test(value)) return /^(true|yes|on)$/i.test(value);
    return this.#wrong(key, 'expected true or false');
  }

  object(key: string): JsonObject | undefined {
    const value = this.value(key);
    if (value === undefined || isObject(value)) return value;
    return this.#wrong(key, 'expected a mapping');
  }

  /** Names to text; other values are complained about. */
  texts(key: string): Record<string, string> {
    const result: Record<string, string> = {};
    for (const [name, value] of Object.entries(this.object(key) ?? {})) {
      if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
        result[name] = String(value);
      else this.problem('expected text.', key, name);
    }
    return result;
  }

  problem(message: string, ...keys: (string | number)[]): undefined {
    this.#file.draft.problems.push(this.describe(message, ...keys));
  }

  /** A problem with the value at `keys`, told to nobody yet. */
  describe(message: string, ...keys: (string | number)[]): Problem {
    return { place: this.place(...keys), path: this.pathText(...keys), message };
  }

  /** Records that a key has no effect, and why. */
  ignore(key: string, because: string, severity: ConfigNote['severity'] = 'ignored'): void {
    this.#read.add(key);
    this.#file.draft.notes.push({
      severity,
      place: this.#file.document.placeOfKey([...this.path, key]),
      path: this.pathText(key),
      message: because,
    });
  }

  /** Where a setting of ours was said. */
  origin(setting: string, key: string): void {
    this.#file.draft.origins[setting] = originAt(this.place(key));
  }

  #wrong(key: string, expected: string): undefined {
    this.problem(`${expected}.`, key);
  }
}
