/** The smallest value that satisfies a JSON Schema, as a simulated model would give it. */
import { isObject, type Json, type JsonObject } from '../../ir/json.ts';

const WORD = 'simulated';
/** Recursive schemas end: below the first depth without optional items, below the second with anything. */
const ITEMS_DEPTH = 6;
const LAST_DEPTH = 40;

/** What an example of "any object" is. */
export const ANY_OBJECT: JsonObject = { simulated: true };

/**
 * Follows `$ref`, `const`, `enum`, `anyOf`/`oneOf` (the first that is not null), `allOf`, required
 * properties, array and number bounds, string formats, lengths and simple patterns. Optional properties are left out.
 */
export function exampleOf(schema: JsonObject): Json {
  return example(schema, schema, 0);
}

function example(schema: Json | undefined, root: JsonObject, depth: number): Json {
  if (!isObject(schema) || depth > LAST_DEPTH) return WORD;
  if (typeof schema.$ref === 'string') return example(resolve(schema.$ref, root), root, depth + 1);
  if (schema.const !== undefined) return schema.const;
  if (Array.isArray(schema.enum) && schema.enum.length > 0) return schema.enum[0]!;
  const choice = firstChoice(schema);
  if (choice !== undefined) return example(merge([withoutChoices(schema), choice]), root, depth + 1);
  if (Array.isArray(schema.allOf)) {
    const { allOf: branches, ...rest } = schema;
    return example(merge([rest, ...branches.map((branch) => followed(branch, root))]), root, depth + 1);
  }
  switch (typeOf(schema)) {
    case 'object':
      return exampleObject(schema, root, depth);
    case 'array':
      return exampleArray(schema, root, depth);
    case 'integer':
    case 'number':
      return exampleNumber(schema);
    case 'boolean':
      return true;
    case 'null':
      return null;
    default:
      return exampleString(schema);
  }
}

function exampleObject(schema: JsonObject, root: JsonObject, depth: number): JsonObject {
  const properties = isObject(schema.properties) ? schema.properties : {};
  const required = Array.isArray(schema.required) ? schema.required.filter((key) => typeof key === 'string') : [];
  return Object.fromEntries(
    required.map((key) => [key, example(properties[key] ?? schema.additionalProperties, root, depth + 1)]),
  );
}

function exampleArray(schema: JsonObject, root: JsonObject, depth: number): Json[] {
  const fixed = Array.isArray(schema.prefixItems) ? schema.prefixItems : [];
  const least = numberOr(schema.minItems, 0);
  const wanted = depth >= ITEMS_DEPTH || schema.items === false ? least : Math.max(least, 1);
  const count = Math.max(fixed.length, Math.min(wanted, numberOr(schema.maxItems, Infinity)));
  return Array.from({ length: count }, (_, index) => example(fixed[index] ?? schema.items, root, depth + 1));
}

function exampleNumber(schema: JsonObject): number {
  const whole = schema.type === 'integer' ? 1 : 0;
  const step = numberOr(schema.multipleOf, whole);
  const low = Math.max(numberOr(schema.minimum, -Infinity), numberOr(schema.exclusiveMinimum, -Infinity));
  const high = Math.min(numberOr(schema.maximum, Infinity), numberOr(schema.exclusiveMaximum, Infinity));
  const nearLow = step === 0 ? low : Math.ceil(low / step) * step;
  const nearHigh = step === 0 ? high : Math.floor(high / step) * step;
  const candidates = [1, step, 0, nearLow, nearLow + (step || 1), nearHigh, nearHigh - (step || 1), (low + high) / 2];
  return candidates.find((value) => fits(schema, value)) ?? 1;
}

function fits(schema: JsonObject, value: number): boolean {
  const step = numberOr(schema.multipleOf, schema.type === 'integer' ? 1 : 0);
  return (
    Number.isFinite(value) &&
    value >= numberOr(schema.minimum, -Infinity) &&
    value <= numberOr(schema.maximum, Infinity) &&
    value > numberOr(schema.exclusiveMinimum, -Infinity) &&
    value < numberOr(schema.exclusiveMaximum, Infinity) &&
    (step === 0 || Number.isInteger(value / step))
  );
}

const FORMATS: Record<string, string> = {
  date: '2026-01-01',
  time: '12:00:00Z',
  'date-time': '2026-01-01T12:00:00Z',
  duration: 'PT1S',
  email: 'simulated@example.com',
  hostname: 'example.com',
  ipv4: '192.0.2.1',
  ipv6: '2001:db8::1',
  uri: 'https://example.com/',
  url: 'https://example.com/',
  uuid: '00000000-0000-4000-8000-000000000000',
};

const PATTERN_CANDIDATES = [
  WORD,
  'Simulated',
  'SIMULATED',
  'a',
  'A',
  '1',
  '10',
  '1.0',
  'a1',
  '2026-01-01',
  '/simulated',
  '#000000',
];

function exampleString(schema: JsonObject): string {
  const format = typeof schema.format === 'string' ? FORMATS[schema.format] : undefined;
  if (format !== undefined) return format;
  const pattern = schema.pattern;
  if (typeof pattern === 'string') return PATTERN_CANDIDATES.find((word) => matches(pattern, word)) ?? WORD;
  return WORD.padEnd(numberOr(schema.minLength, 0), '.').slice(0, numberOr(schema.maxLength, Infinity));
}

function matches(pattern: string, word: string): boolean {
  try {
    return new RegExp(pattern, 'u').test(word);
  } catch {
    return false;
  }
}

/** Empty when the schema says nothing that decides it. */
function typeOf(schema: JsonObject): string {
  const type = schema.type;
  if (typeof type === 'string') return type;
  if (Array.isArray(type))
    return type.filter((name) => typeof name === 'string').find((name) => name !== 'null') ?? 'null';
  if (schema.properties !== undefined || schema.required !== undefined) return 'object';
  return schema.items !== undefined || schema.prefixItems !== undefined ? 'array' : '';
}

function firstChoice(schema: JsonObject): JsonObject | undefined {
  const choices = [schema.anyOf, schema.oneOf].find((list) => Array.isArray(list) && list.length > 0);
  if (!Array.isArray(choices)) return undefined;
  const objects = choices.filter((choice) => isObject(choice));
  return objects.find((choice) => choice.type !== 'null') ?? objects[0];
}

function withoutChoices(schema: JsonObject): JsonObject {
  const { anyOf: _anyOf, oneOf: _oneOf, ...rest } = schema;
  return rest;
}

function merge(schemas: JsonObject[]): JsonObject {
  const merged: JsonObject = Object.assign({}, ...schemas);
  const properties = schemas.map(({ properties: own }) => own).filter((own) => isObject(own));
  const required = schemas.flatMap(({ required: own }) => (Array.isArray(own) ? own : []));
  return {
    ...merged,
    ...(properties.length > 0 && { properties: Object.assign({}, ...properties) as JsonObject }),
    ...(required.length > 0 && { required: [...new Set(required)] }),
  };
}

function followed(schema: Json, root: JsonObject): JsonObject {
  const target = isObject(schema) && typeof schema.$ref === 'string' ? resolve(schema.$ref, root) : schema;
  return isObject(target) ? target : {};
}

/** A JSON pointer into the schema itself; nothing else is fetched. */
function resolve(reference: string, root: JsonObject): Json | undefined {
  if (!reference.startsWith('#')) return {};
  let at: Json | undefined = root;
  for (const part of reference.slice(1).split('/').filter(Boolean)) {
    const key = decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~');
    at = isObject(at) ? at[key] : Array.isArray(at) ? at[Number(key)] : undefined;
  }
  return at;
}

function numberOr(value: Json | undefined, fallback: number): number {
  return typeof value === 'number' ? value : fallback;
}
