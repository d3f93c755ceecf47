/**
 * JSON Schema as Claude's structured output takes it. It knows fewer keywords than JSON Schema and
 * demands closed objects; the list is that of Anthropic's own SDK (`transformJSONSchema`), which moves
 * what is left over into the description for the model to read.
 */
import { isObject, type Json, type JsonObject } from '../../ir/json.ts';

const STRING_FORMATS: ReadonlySet<Json> = new Set([
  'date-time',
  'time',
  'date',
  'duration',
  'email',
  'hostname',
  'uri',
  'ipv4',
  'ipv6',
  'uuid',
]);

export interface StrictSchema {
  schema: JsonObject;
  /** What cannot be said in the strict form: a path and why. With any of these the answer would differ in shape. */
  lost: string[];
}

/** Rewrites a schema into the strict form: every object closed, unsupported keywords told in words. */
export function writeStrictSchema(schema: JsonObject): StrictSchema {
  const lost: string[] = [];
  const written = rewrite(schema, '#', lost);
  if (isRecursive(schema)) lost.push('the schema refers to itself');
  return { schema: written, lost };
}

function rewrite(schema: JsonObject, path: string, lost: string[]): JsonObject {
  const rest = { ...schema };
  const take = (key: string): Json | undefined => {
    const value = rest[key];
    delete rest[key];
    return value;
  };
  const strict: JsonObject = {};
  for (const key of ['$defs', 'definitions']) {
    const definitions = take(key);
    if (isObject(definitions)) strict[key] = rewriteAll(definitions, `${path}/${key}`, lost);
  }
  take('$schema');
  const reference = take('$ref');
  if (typeof reference === 'string') {
    if (!reference.startsWith('#')) lost.push(`${path} refers to ${reference}, outside the schema`);
    return { ...strict, $ref: reference };
  }
  const combined = takeCombined(take, path, lost);
  const literal = takeLiteral(take);
  const type = take('type');
  Object.assign(strict, combined, literal);
  if (combined === undefined && literal === undefined) {
    if (type === undefined) lost.push(`${path} allows a value of any type`);
    else strict.type = type;
  }
  for (const key of ['title', 'description']) {
    const words = take(key);
    if (typeof words === 'string') strict[key] = words;
  }
  if (hasType(type, 'object')) Object.assign(strict, takeObject(take, path, lost));
  if (hasType(type, 'array')) Object.assign(strict, takeArray(take, rest, path, lost));
  if (hasType(type, 'string') && STRING_FORMATS.has(rest.format ?? null)) strict.format = take('format');
  return withRemarks(strict, rest);
}

function rewriteAll(schemas: JsonObject, path: string, lost: string[]): JsonObject {
  return Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => [name, rewriteAny(schema, `${path}/${name}`, lost)]),
  );
}

function rewriteAny(schema: Json | undefined, path: string, lost: string[]): JsonObject {
  return rewrite(isObject(schema) ? schema : {}, path, lost);
}

type Take = (key: string) => Json | undefined;

function takeCombined(take: Take, path: string, lost: string[]): JsonObject | undefined {
  const { anyOf, oneOf, allOf } = { anyOf: take('anyOf'), oneOf: take('oneOf'), allOf: take('allOf') };
  const branches = (list: Json[], name: string) =>
    list.map((branch, index) => rewriteAny(branch, `${path}/${name}/${index}`, lost));
  if (Array.isArray(anyOf)) return { anyOf: branches(anyOf, 'anyOf') };
  if (Array.isArray(oneOf)) return { anyOf: branches(oneOf, 'oneOf') };
  return Array.isArray(allOf) ? { allOf: branches(allOf, 'allOf') } : undefined;
}

function takeLiteral(take: Take): JsonObject | undefined {
  const values = take('enum');
  const constant = take('const');
  if (Array.isArray(values) && values.length > 0) return { enum: values };
  return constant === undefined ? undefined : { const: constant };
}

function takeObject(take: Take, path: string, lost: string[]): JsonObject {
  const properties = take('properties');
  const required = take('required');
  const extra = take('additionalProperties');
  const patterns = take('patternProperties');
  const open = isObject(extra) || patterns !== undefined || (!isObject(properties) && extra !== false);
  if (open) lost.push(`${path} is an object with free keys`);
  return {
    properties: isObject(properties) ? rewriteAll(properties, `${path}/properties`, lost) : {},
    ...(Array.isArray(required) ? { required } : {}),
    additionalProperties: false,
  };
}

function takeArray(take: Take, rest: JsonObject, path: string, lost: string[]): JsonObject {
  const items = take('items');
  if (items === undefined) lost.push(`${path} is an array of anything`);
  return {
    ...(items === undefined ? {} : { items: rewriteAny(items, `${path}/items`, lost) }),
    ...(rest.minItems === 0 || rest.minItems === 1 ? { minItems: take('minItems') } : {}),
  };
}

/** What no keyword is left for, in words: `{pattern: "^a"}`. */
function withRemarks(strict: JsonObject, rest: JsonObject): JsonObject {
  const remarks = Object.entries(rest).map(([key, value]) => `${key}: ${JSON.stringify(value)}`);
  if (remarks.length === 0) return strict;
  const said = typeof strict.description === 'string' ? `${strict.description}\n\n` : '';
  return { ...strict, description: `${said}{${remarks.join(', ')}}` };
}

function hasType(type: Json | undefined, name: string): boolean {
  return type === name || (Array.isArray(type) && type.includes(name));
}

/** True when following `$ref`s from some place leads back to it. */
function isRecursive(root: JsonObject): boolean {
  const visit = (value: Json | undefined, trail: readonly string[]): boolean => {
    if (Array.isArray(value)) return value.some((entry) => visit(entry, trail));
    if (!isObject(value)) return false;
    const reference = value.$ref;
    if (typeof reference === 'string' && reference.startsWith('#')) {
      if (reference === '#' || trail.includes(reference)) return true;
      return visit(resolve(root, reference), [...trail, reference]);
    }
    return Object.entries(value).some(([key, child]) => !isDefinitions(key, value, root) && visit(child, trail));
  };
  return visit(root, []);
}

/** The definitions at the root are looked at when something refers to them. */
function isDefinitions(key: string, holder: JsonObject, root: JsonObject): boolean {
  return holder === root && (key === '$defs' || key === 'definitions');
}

function resolve(root: JsonObject, reference: string): Json | undefined {
  const steps = reference.slice(2).split('/');
  return steps.reduce<Json | undefined>((value, step) => {
    const key = step.replaceAll('~1', '/').replaceAll('~0', '~');
    return isObject(value) ? value[key] : undefined;
  }, root);
}
