/** Reads single values out of an untrusted body. `null` counts as absent everywhere, as it does at OpenAI. */
import { GatewayError } from '../errors/error.ts';
import { isObject, type Json, type JsonObject } from '../ir/json.ts';

type Value = Json | undefined;

/** `"messages[2].role" must be …` */
export function invalid(path: string, must: string): GatewayError {
  return new GatewayError('invalid-request', `"${path}" ${must}.`, { param: path });
}

/** @throws GatewayError `invalid-request` unless the value is a string or absent. */
export function optionalString(value: Value, path: string): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw invalid(path, 'must be a string');
  return value;
}

/** @throws GatewayError `invalid-request` unless the value is a string with at least one character. */
export function requiredString(value: Value, path: string): string {
  if (typeof value !== 'string' || value === '') throw invalid(path, 'must be a non-empty string');
  return value;
}

/** @throws GatewayError `invalid-request` unless the value is true, false or absent. */
export function optionalBoolean(value: Value, path: string): boolean | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'boolean') throw invalid(path, 'must be true or false');
  return value;
}

interface NumberRange {
  least: number;
  most?: number;
  whole?: boolean;
}

/** @throws GatewayError `invalid-request` unless the value is a number in range or absent. */
export function optionalNumber(value: Value, path: string, range: NumberRange): number | undefined {
  if (value === undefined || value === null) return undefined;
  const { least, most = Number.MAX_SAFE_INTEGER, whole = false } = range;
  if (typeof value !== 'number' || value < least || value > most || (whole && !Number.isInteger(value))) {
    const bounds = range.most === undefined ? `of at least ${least}` : `from ${least} to ${most}`;
    throw invalid(path, `must be a ${whole ? 'whole ' : ''}number ${bounds}`);
  }
  return value;
}

/** @throws GatewayError `invalid-request` unless the value is an object or absent. */
export function optionalObject(value: Value, path: string): JsonObject | undefined {
  if (value === undefined || value === null) return undefined;
  return requiredObject(value, path);
}

/** @throws GatewayError `invalid-request` unless the value is an object. */
export function requiredObject(value: Value, path: string): JsonObject {
  if (!isObject(value)) throw invalid(path, 'must be an object');
  return value;
}

/** @throws GatewayError `invalid-request` unless the value is an array or absent. */
export function optionalArray(value: Value, path: string): Json[] | undefined {
  if (value === undefined || value === null) return undefined;
  if (!Array.isArray(value)) throw invalid(path, 'must be an array');
  return value;
}

/** @throws GatewayError `invalid-request` unless the value is one of the words or absent. */
export function optionalWord<W extends string>(value: Value, path: string, words: readonly W[]): W | undefined {
  if (value === undefined || value === null) return undefined;
  const word = words.find((candidate) => candidate === value);
  if (word === undefined) throw invalid(path, `must be one of ${words.map((each) => `"${each}"`).join(', ')}`);
  return word;
}

/** The fields of `source` outside `known` that hold a value, for `ext`; undefined when there are none. */
export function unknownFields(source: JsonObject, known: ReadonlySet<string>): JsonObject | undefined {
  // Nearly every object of a long history has none, and there are hundreds.
  if (Object.keys(source).every((key) => known.has(key))) return undefined;
  const rest = Object.entries(source).filter(
    ([key, value]) => !known.has(key) && value !== null && value !== undefined,
  );
  return rest.length === 0 ? undefined : Object.fromEntries(rest);
}
