/** Takes out of a recording what would tell whose account it was: host, account, tokens, request ids, addresses. */
import type { IncomingHttpHeaders } from 'node:http';

const SHOWN_ACCOUNT = 'myorg-myaccount';

/** Headers that say something about the protocol; every other is left out. */
const KEPT_HEADERS = new Set([
  'accept',
  'anthropic-beta',
  'anthropic-version',
  'cache-control',
  'content-type',
  'expect-ct',
  'retry-after',
  'strict-transport-security',
  'transfer-encoding',
  'vary',
  'x-accel-buffering',
  'x-snowflake-authorization-token-type',
  'x-snowflake-request-id',
]);

const TOKENS = [
  /\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,}/g,
  /\bver:\d+-hint:[\w-]+-ETMsDgAA[\w/+=-]+/g,
  /\bver:\d+-hint:[\w/+=-]{20,}/g,
];
const EMAIL = /\b[\w.+-]+@[\w-]+\.[\w.]+\b/g;

/** The same id becomes the same placeholder wherever it stands: the legacy endpoint repeats it in its body. */
export class Redactor {
  readonly #account: RegExp | undefined;
  readonly #requestIds = new Map<string, string>();

  /** @param host of the account; a loopback host has no account in its name */
  constructor(host: string) {
    const account = /^(.+)\.snowflakecomputing\.(?:com|cn)$/i.exec(host)?.[1];
    if (account === undefined) return;
    // Written with underscores, hyphens or dots, and with its region or without.
    const [first = ''] = account.split('.');
    const spelled = [account, first].map((name) => name.replaceAll(/[-_.]/g, '[-_.]')).join('|');
    this.#account = new RegExp(`\\b(?:${spelled})\\b`, 'gi');
  }

  /** @param secrets values of this very exchange that must not be in it, such as its token */
  text(text: string, secrets: readonly string[] = []): string {
    let clean = text;
    for (const secret of secrets) if (secret !== '') clean = clean.replaceAll(secret, '[secret]');
    for (const pattern of TOKENS) clean = clean.replaceAll(pattern, '[secret]');
    clean = clean.replaceAll(EMAIL, 'user@example.com');
    for (const [id, shown] of this.#requestIds) clean = clean.replaceAll(id, shown);
    return this.#account === undefined ? clean : clean.replaceAll(this.#account, SHOWN_ACCOUNT);
  }

  /** To be told before the texts that repeat it. */
  learnRequestId(id: string | undefined): void {
    if (id === undefined || this.#requestIds.has(id)) return;
    this.#requestIds.set(id, `00000000-0000-4000-8000-${String(this.#requestIds.size + 1).padStart(12, '0')}`);
  }

  headers(headers: IncomingHttpHeaders, secrets: readonly string[]): Record<string, string> {
    const kept = Object.entries(headers).filter(([name]) => KEPT_HEADERS.has(name));
    return Object.fromEntries(kept.map(([name, value]) => [name, this.text(String(value), secrets)]));
  }
}

/** What authenticates a request, bare: `Bearer x` and `Snowflake Token="x"` hold x. */
export function secretsOf({ authorization = '', 'x-api-key': key, cookie }: IncomingHttpHeaders): string[] {
  const token = authorization.replace(/^(Bearer\s+|Snowflake Token=)/i, '').replaceAll('"', '');
  return [token, ...(typeof key === 'string' ? [key] : []), ...(cookie === undefined ? [] : [cookie])];
}
