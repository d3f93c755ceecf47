import { isObject, type Json, type JsonObject } from './json.ts';

const COMBINERS = ['anyOf', 'oneOf', 'allOf'] as const;

/**
 * A tool's JSON Schema as Claude takes it: an object at the top, without `$schema`
 * (docs/cortex-quirks.md#tool-keys) and without a combiner at the top, whose branches are folded into
 * one object: all their properties, required where every branch (for `allOf`: any) requires them.
 */
export function writeToolSchema(schema: JsonObject | undefined): JsonObject {
  if (schema === undefined) return { type: 'object', properties: {} };
  const { $schema: _, ...rest } = schema;
  const folded = COMBINERS.reduce(foldCombiner, rest);
  return { ...folded, type: 'object', properties: isObject(folded.properties) ? folded.properties : {} };
}

/** True for a schema whose values are objects, or may be. */
export function describesObject(schema: JsonObject): boolean {
  const { type } = schema;
  if (type !== undefined) return type === 'object' || (Array.isArray(type) && type.includes('object'));
  return isObject(schema.properties) || ['$ref', ...COMBINERS].some((key) => key in schema);
}

function foldCombiner(schema: JsonObject, combiner: (typeof COMBINERS)[number]): JsonObject {
  const { [combiner]: branches, ...rest } = schema;
  if (branches === undefined) return schema;
  if (!Array.isArray(branches)) return rest;
  const objects = branches.filter(isObject);
  const properties = Object.assign({}, ...objects.map((branch) => branch.properties), rest.properties) as JsonObject;
  const demands = objects.map((branch) => new Set(strings(branch.required)));
  const demanded = Object.keys(properties).filter((key) =>
    combiner === 'allOf' ? demands.some((keys) => keys.has(key)) : demands.every((keys) => keys.has(key)),
  );
  const required = Array.from(new Set([...strings(rest.required), ...demanded]));
  return { ...rest, properties, ...(required.length > 0 ? { required } : {}) };
}

function strings(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : [];
}
