/** JSON as this program holds it: plain objects, numbers as JavaScript reads them, text as text. */
export type Json = null | boolean | number | string | Json[] | JsonObject;

/** A JSON object whose fields nobody has promised. `undefined` fields are left out when it is serialised. */
export interface JsonObject {
  [key: string]: Json | undefined;
}

/** The value that a text holds; undefined for broken JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The object that a text holds; undefined for broken JSON and for JSON of another kind. */
export function parseObject(text: string): JsonObject | undefined {
  const value = parseJson(text);
  return isObject(value) ? value : undefined;
}

/** True for `{…}`; false for arrays, null and scalars. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
