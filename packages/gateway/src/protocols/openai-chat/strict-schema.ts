import { isObject, type Json, type JsonObject } from '../../ir/json.ts';

/** What OpenAI refuses in a schema that is to be enforced. */
const REFUSED = [
  'allOf',
  'oneOf',
  'not',
  'if',
  'then',
  'else',
  'default',
  'dependentRequired',
  'dependentSchemas',
  'patternProperties',
  'propertyNames',
  'unevaluatedProperties',
  'unevaluatedItems',
  'contains',
  'minContains',
  'maxContains',
  'uniqueItems',
];

/**
 * True for a schema that OpenAI enforces (`strict: true`): an object at the top, every object closed and
 * all its properties required. To any other it answers 400, also where another vendor would enforce it.
 */
export function isStrictSchema(schema: JsonObject): boolean {
  return schema.type === 'object' && schema.anyOf === undefined && isStrict(schema);
}

function isStrict(schema: Json | undefined): boolean {
  if (!isObject(schema)) return false;
  if (REFUSED.some((keyword) => schema[keyword] !== undefined)) return false;
  if (!isClosed(schema)) return false;
  const { properties, items, anyOf, $defs, definitions } = schema;
  const inner = [properties, $defs, definitions].filter(isObject).flatMap((schemas) => Object.values(schemas));
  return [...inner, ...(Array.isArray(anyOf) ? anyOf : []), ...(items === undefined ? [] : [items])].every(isStrict);
}

function isClosed({ type, properties, required, additionalProperties }: JsonObject): boolean {
  const isAnObject = properties !== undefined || type === 'object' || (Array.isArray(type) && type.includes('object'));
  if (!isAnObject) return true;
  const demanded = Array.isArray(required) ? required : [];
  return additionalProperties === false && Object.keys(properties ?? {}).every((key) => demanded.includes(key));
}
