/** JSON as this program holds it: plain objects, numbers as JavaScript reads them, text as text. */
export type Json = null | boolean | number | string | Json[] | JsonObject;

/** A JSON object whose fields nobody has promised. `undefined` fields are left out when it is serialised. */
export interface JsonObject {
  [key: string]: Json | undefined;
}

/** True for `{…}`; false for arrays, null and scalars. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
