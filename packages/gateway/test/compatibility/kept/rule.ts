import { isDeepStrictEqual } from 'node:util';
import { isObject, type Json } from '../../../src/ir/json.ts';
import type { Leaf } from '../leaves.ts';
import type { Told } from '../told.ts';

/** Whether a leaf is found again in what Cortex was told, or may be missing without a word. */
export type Rule = (leaf: Leaf, told: Told) => boolean;

/** Rules by patterns of paths; the first that fits holds. */
export type Rules = readonly (readonly [pattern: RegExp, rule: Rule])[];

/** Needs not to be found, for the reason that stands beside it in the table. */
export const harmless: Rule = () => true;

/** Harmless with one of these values: the default, which says nothing. */
export const harmlessWhen =
  (...values: Leaf['value'][]): Rule =>
  ({ value }) =>
    values.includes(value);

export const anyOf =
  (...rules: Rule[]): Rule =>
  (leaf, told) =>
    rules.some((rule) => rule(leaf, told));

/** An option that goes by one of these paths. */
export const option =
  (...paths: string[]): Rule =>
  ({ value }, { body }) =>
    paths.some((path) => sameJson(valueAt(body, path), value));

/** An option that keeps its path. */
export const sameOption: Rule = ({ path, value }, { body }) => sameJson(valueAt(body, path), value);

export function valueAt(value: Json | undefined, path: string): Json | undefined {
  const keys = path.split(/[.[\]]+/).filter((key) => key !== '');
  return keys.reduce<Json | undefined>((at, key) => {
    if (Array.isArray(at)) return at[Number(key)];
    return isObject(at) ? at[key] : undefined;
  }, value);
}

export function sameJson(left: Json | undefined, right: Json | undefined): boolean {
  return left !== undefined && isDeepStrictEqual(left, right);
}

export function includes(words: string, value: Leaf['value']): boolean {
  return words.includes(String(value).trim());
}
