/**
 * Tool arguments under names that Claude takes: it answers 400 to a schema with any other
 * (docs/cortex-quirks.md#property-names). The names are changed on the way out, in schemas and in the
 * calls of the history, and changed back in the arguments of the answer.
 */
import { fingerprint } from './fingerprint.ts';
import { isObject, type Json, type JsonObject } from './json.ts';
import { mapChanged } from './map-changed.ts';
import type { GenerateRequest, Part, Tool } from './request.ts';

const LEGAL = /^[a-zA-Z0-9_.-]{1,64}$/;
const LONGEST_READABLE = 52;

/** Keywords that hold schemas by property name, schemas by another name, and schemas or lists of them. */
const BY_PROPERTY = new Set(['properties', 'dependentSchemas', 'dependentRequired']);
const BY_NAME = new Set(['$defs', 'definitions', 'patternProperties']);
const SCHEMAS = new Set([
  'items',
  'prefixItems',
  'additionalItems',
  'additionalProperties',
  'unevaluatedItems',
  'unevaluatedProperties',
  'contains',
  'anyOf',
  'oneOf',
  'allOf',
  'not',
  'if',
  'then',
  'else',
]);

/** By tool, the client's name of each property that was renamed. */
export type RenamedProperties = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** The request with legal property names; the same object when all of them were. @returns also how to get back */
export function lowerPropertyNames(request: GenerateRequest): {
  request: GenerateRequest;
  renamed: RenamedProperties;
} {
  const renamed = new Map<string, ReadonlyMap<string, string>>();
  const tools = request.tools.map((tool): Tool => {
    const clientNames = new Map<string, string>();
    const schema = renameInSchema(tool.schema, clientNames);
    if (clientNames.size === 0 || !isObject(schema)) return tool;
    renamed.set(tool.name, clientNames);
    return { ...tool, schema };
  });
  if (renamed.size === 0) return { request, renamed };
  const wireNames = new Map(Array.from(renamed, ([tool, names]) => [tool, inverse(names)]));
  const lower = (part: Part): Part => {
    const names = part.kind === 'tool-call' && part.freeform !== true ? wireNames.get(part.name) : undefined;
    return part.kind === 'tool-call' && names !== undefined ? { ...part, args: renameKeys(part.args, names) } : part;
  };
  const turns = request.turns.map((turn) => ({ ...turn, parts: turn.parts.map(lower) }));
  return { request: { ...request, tools, turns }, renamed };
}

/** JSON text, whole or cut, with the keys of its objects renamed and every other byte as it was. */
export function renameKeys(json: string, names: ReadonlyMap<string, string>): string {
  return json.replace(/("(?:[^"\\]|\\.)*")(\s*:)?/gs, (whole, key: string, colon: string | undefined) => {
    const name = colon === undefined ? undefined : names.get(unquote(key));
    return name === undefined ? whole : JSON.stringify(name) + colon;
  });
}

function unquote(text: string): string {
  try {
    return String(JSON.parse(text));
  } catch {
    return text;
  }
}

/** @param clientNames gets an entry for every name that is changed */
function renameInSchema(schema: Json | undefined, clientNames: Map<string, string>): Json | undefined {
  const walk = (value: Json | undefined) => renameInSchema(value, clientNames);
  const rename = (name: string) => {
    const wire = propertyNameOnWire(name);
    if (wire !== name) clientNames.set(wire, name);
    return wire;
  };
  if (Array.isArray(schema)) return mapChanged(schema, (entry) => walk(entry) ?? null);
  if (!isObject(schema)) return schema;
  const names = (value: Json) => (typeof value === 'string' ? rename(value) : value);
  return mapFields(schema, (value, key) => {
    if (key === 'required' && Array.isArray(value)) return mapChanged(value, names);
    if (key === '$ref' && typeof value === 'string') return renameInPointer(value, rename);
    if (SCHEMAS.has(key)) return walk(value);
    if (!isObject(value) || !(BY_PROPERTY.has(key) || BY_NAME.has(key))) return value;
    const inner = mapFields(value, (named) =>
      key === 'dependentRequired' && Array.isArray(named) ? mapChanged(named, names) : walk(named),
    );
    return BY_PROPERTY.has(key) ? renameFields(inner, rename) : inner;
  });
}

/** The same object when no field changes, as in nearly every schema. */
function mapFields(object: JsonObject, change: (value: Json | undefined, key: string) => Json | undefined): JsonObject {
  let changed: JsonObject | undefined;
  for (const key of Object.keys(object)) {
    const value = object[key];
    const after = change(value, key);
    if (after !== value) (changed ??= { ...object })[key] = after;
  }
  return changed ?? object;
}

function renameFields(object: JsonObject, rename: (name: string) => string): JsonObject {
  if (Object.keys(object).every((name) => LEGAL.test(name))) return object;
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [rename(name), value]));
}

/** `#/properties/odd name/items`: what follows `properties` is a property's name. */
function renameInPointer(pointer: string, rename: (name: string) => string): string {
  const steps = pointer.split('/');
  if (steps[0] !== '#') return pointer;
  return steps
    .map((step, at) => {
      if (at === 0 || steps[at - 1] !== 'properties') return step;
      const name = decodeStep(step);
      return LEGAL.test(name) ? step : rename(name);
    })
    .join('/');
}

function decodeStep(step: string): string {
  const name = step.replaceAll('~1', '/').replaceAll('~0', '~');
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

/** Itself, or for a name that is refused a legal one made of it, the same every time. */
export function propertyNameOnWire(name: string): string {
  if (LEGAL.test(name)) return name;
  return `${name.replaceAll(/[^a-zA-Z0-9_.-]/g, '_').slice(0, LONGEST_READABLE)}_${fingerprint(name)}`;
}

function inverse(names: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  return new Map(Array.from(names, ([wire, name]) => [name, wire]));
}
