import type { Settings } from '../config/settings.ts';
import { byPreference, modelForCursor } from '../upstream/cursor-alias.ts';
import { reachableHost } from '../kit/reachable-host.ts';
import { VERSION } from '../version.ts';

export interface BannerFacts {
  /** Where the gateway listens. */
  url: string;
  /** Present when Snowflake is simulated. */
  sandboxUrl?: string;
  key: KeyFacts;
  /** Public names, in order; repeats are fine. */
  models: readonly string[];
  aliases: Settings['aliases'];
}

/** Where the master key comes from. Only a fresh one is known to nobody, so only that one is printed. */
export type KeyFacts =
  | { kind: 'generated'; file: string; value: string }
  | { kind: 'kept'; file: string }
  | { kind: 'given'; origin: string };

const SHOWN_MODELS = 6;

/** What `serve` prints when it is ready. */
export function writeBanner(facts: BannerFacts): string {
  const { sandboxUrl, key } = facts;
  const base = `${reachable(facts.url)}/v1`;
  const names = [...new Set(facts.models)];
  const model = modelForCursor(names, (name) => aliasOf(name, facts.aliases));
  const first =
    sandboxUrl === undefined
      ? `Couloir ${VERSION} serves ${names.length === 1 ? '1 model' : `${names.length} models`}.`
      : `Couloir ${VERSION} SANDBOX: Snowflake is simulated (${sandboxUrl}). Set SNOWFLAKE_ACCOUNT and SNOWFLAKE_PAT for the real one.`;
  return [
    first,
    '',
    `  Base URL  ${base}`,
    `  API key   ${keyLine(key)}`,
    `  Console   ${reachable(facts.url)}/console/`,
    ...modelLines(names, facts.aliases),
    '',
    "Cursor (Settings > Models). Cursor's servers make the calls, so give the Base URL a public HTTPS address:",
    `  Override OpenAI Base URL  ${base}`,
    `  OpenAI API Key            ${key.kind === 'generated' ? key.value : 'the API key above'}`,
    `  Model name                ${model}`,
    '',
    'Try it:',
    `  curl -sS ${base}/chat/completions \\`,
    `    -H "Authorization: Bearer ${keyInShell(key)}" \\`,
    '    -H "Content-Type: application/json" \\',
    `    -d '${JSON.stringify({ model, messages: [{ role: 'user', content: 'ping' }] }).replaceAll("'", String.raw`'\''`)}'`,
  ].join('\n');
}

function keyLine(key: KeyFacts): string {
  if (key.kind === 'generated') return `${key.value}  (generated, shown this once, kept in ${key.file})`;
  return key.kind === 'kept' ? `kept in ${key.file}` : `from ${key.origin}`;
}

function keyInShell(key: KeyFacts): string {
  if (key.kind === 'generated') return key.value;
  if (key.kind === 'kept')
    return `$(cat ${/^[\w./-]+$/.test(key.file) ? key.file : `'${key.file.replaceAll("'", String.raw`'\''`)}'`})`;
  return /^[A-Z_]+$/.test(key.origin) ? `$${key.origin}` : '$YOUR_KEY';
}

function modelLines(names: readonly string[], aliases: Settings['aliases']): string[] {
  const shown = names.toSorted(byPreference).slice(0, SHOWN_MODELS);
  const lines = shown.map((name) => {
    const alias = aliasOf(name, aliases);
    return alias === undefined ? name : `${name}, also ${alias}`;
  });
  if (names.length > shown.length) lines.push(`and ${names.length - shown.length} more: GET /v1/models`);
  return lines.map((line, index) => `${index === 0 ? '  Models    ' : '            '}${line}`);
}

function aliasOf(name: string, aliases: Settings['aliases']): string | undefined {
  return Object.keys(aliases).find((alias) => aliases[alias]!.model === name && !aliases[alias]!.hidden);
}

/** The address to type, without a slash at its end. */
function reachable(url: string): string {
  const { protocol, hostname, port } = new URL(url);
  return `${protocol}//${reachableHost(hostname)}${port === '' ? '' : `:${port}`}`;
}
