import type { Json, JsonObject } from '../ir/json.ts';
import { isObject } from '../ir/json.ts';
import type { Path } from './document.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

const WHOLE = /^os\.environ\/(.+)$/;

export interface Interpolated {
  root: JsonObject;
  /** References to variables that are not set; their text stays in the value. */
  unset: { path: Path; name: string }[];
}

/**
 * Puts the environment's values in. A value that is `os.environ/NAME` is replaced in both kinds of
 * file; `${NAME}` and `${NAME:-default}` anywhere in a value only in ours, where `$${` is a literal `${`.
 */
export function interpolate(root: JsonObject, environment: Environment, style: 'couloir' | 'litellm'): Interpolated {
  const unset: Interpolated['unset'] = [];
  const lookUp = (name: string): string | undefined => {
    const value = environment[name];
    return value === '' ? undefined : value;
  };
  const text = (value: string, path: Path): string => {
    const whole = WHOLE.exec(value.trim())?.[1];
    if (whole !== undefined) {
      const found = lookUp(whole);
      if (found === undefined) unset.push({ path, name: whole });
      return found ?? value;
    }
    if (style === 'litellm') return value;
    return value.replaceAll(
      /\$(\$)?\{([A-Za-z_]\w*)(?::-([^}]*))?\}/g,
      (reference: string, escaped: string | undefined, name: string, fallback: string | undefined) => {
        if (escaped !== undefined) return reference.slice(1);
        const found = lookUp(name) ?? fallback;
        if (found === undefined) unset.push({ path, name });
        return found ?? reference;
      },
    );
  };
  const walk = (value: Json | undefined, path: Path): Json | undefined => {
    if (typeof value === 'string') return text(value, path);
    if (Array.isArray(value)) return value.map((item, index) => walk(item, [...path, index]) ?? null);
    return isObject(value) ? walkObject(value, path) : value;
  };
  const walkObject = (value: JsonObject, path: Path): JsonObject =>
    Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, walk(inner, [...path, key])]));
  return { root: walkObject(root, []), unset };
}

/** The variable that a LiteLLM value still refers to after interpolation, at any depth: it is not set. */
export function unsetReference(value: Json | undefined): string | undefined {
  if (typeof value === 'string') return WHOLE.exec(value.trim())?.[1];
  if (Array.isArray(value)) return value.map(unsetReference).find((name) => name !== undefined);
  return isObject(value) ? unsetReference(Object.values(value).map((inner) => inner ?? null)) : undefined;
}

/** What to do about a variable that a file names and nobody set. */
export function unsetText(name: string): string {
  return `the environment variable ${name} is not set. Set it, or put it into the .env file beside the configuration.`;
}
