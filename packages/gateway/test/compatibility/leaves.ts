import { isObject, type Json, type JsonObject } from '../../src/ir/json.ts';

/** One value of a request that is no container. */
export interface Leaf {
  /** `tools[2].function.name` */
  path: string;
  /** `tools[].function.name` */
  pattern: string;
  value: string | number | boolean;
  /** The objects that it stands in, innermost first. */
  owners: JsonObject[];
}

/** Every leaf of a body. Null and empty containers say nothing and are none. */
export function leavesOf(body: JsonObject): Leaf[] {
  return walk(body, '', []);
}

function walk(value: Json | undefined, path: string, owners: JsonObject[]): Leaf[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value.flatMap((each, index) => walk(each, `${path}[${index}]`, owners));
  if (isObject(value)) {
    const within = path === '' ? '' : `${path}.`;
    return Object.entries(value).flatMap(([key, inner]) => walk(inner, within + key, [value, ...owners]));
  }
  return [{ path, pattern: openIndexes(path), value, owners }];
}

export function openIndexes(path: string): string {
  return path.replaceAll(/\[\d+\]/g, '[]');
}
