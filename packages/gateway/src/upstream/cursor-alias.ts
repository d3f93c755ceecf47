/**
 * A name for the model that Cursor sends to the gateway untouched. Cursor claims names that look like a
 * vendor's, and refuses Claude names with dots, before anything reaches the base URL
 * (docs/cortex-quirks.md#cursor-model-names).
 *
 * `claude-sonnet-4-6` → `cortex-sonnet-4-6`, `openai-gpt-5.2` → `cortex-g5-2`, `llama3.1-8b` → `cortex-llama3-1-8b`.
 */
export function cursorSafeAlias(name: string): string {
  let alias = name.toLowerCase();
  for (const [vendor, neutral] of NEUTRAL) alias = alias.replaceAll(vendor, neutral);
  alias = alias.replaceAll(/[^a-z0-9]+/g, '-').replaceAll(/^-+|-+$/g, '');
  return alias.startsWith('cortex-') ? alias : `cortex-${alias === '' ? 'model' : alias}`;
}

/** In order: the longer spelling first. */
const NEUTRAL: readonly (readonly [RegExp, string])[] = [
  [/claude-?/g, ''],
  [/openai-/g, ''],
  [/gpt-oss/g, 'oss'],
  [/gpt-?/g, 'g'],
  [/gemini/g, 'gem'],
  [/codex/g, 'cdx'],
  [/composer/g, 'cps'],
  [/grok/g, 'grk'],
];

/** Names worth showing first: what most people come for. */
const PREFERRED = /^(cortex-)?(claude-)?(sonnet-4-6|4-sonnet)$/;

/** Puts the model that most people come for first. */
export function byPreference(one: string, other: string): number {
  return Number(PREFERRED.test(other)) - Number(PREFERRED.test(one));
}

/** The name to type into Cursor: an alias of the model most people want, else the first name. Empty when there is none. */
export function modelForCursor(names: readonly string[], aliasOf: (name: string) => string | undefined): string {
  const name = names.toSorted(byPreference)[0] ?? '';
  return aliasOf(name) ?? name;
}
