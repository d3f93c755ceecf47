import { isObject, type Json } from '../ir/json.ts';
import { Secret } from '../kit/secret.ts';
import type { Settings } from './settings.ts';

const SECRET = 'couloir:secret';

/** Settings as text with every secret in clear: for comparing, and for the pipe to a process of our own. Never for a log. */
export function settingsText(part: unknown): string {
  return JSON.stringify(part, function revealed(this: Record<string, unknown>, key: string, value: unknown) {
    // By now `value` is what the secret says of itself: nothing.
    const raw = this[key];
    return raw instanceof Secret ? { [SECRET]: raw.reveal() } : value;
  });
}

/** What `settingsText` wrote. */
export function readSettingsText<S extends Settings>(text: string): S {
  return JSON.parse(text, (_key, value: Json) => {
    const secret = isObject(value) ? value[SECRET] : undefined;
    return typeof secret === 'string' ? new Secret(secret) : value;
  }) as S;
}
