import { type Random, seededRandom } from '../../kit/random.ts';
import type { RegisteredKey } from './public-key.ts';
import { readPublicKey } from './public-key.ts';
import type { SandboxCredentials, SandboxOAuth, SandboxToken, SandboxUser } from './settings.ts';

/** Anything that begins so stands for a good token of a kind that nobody is registered for. */
const ACCEPTED_PREFIX = 'sandbox-';
const SESSION_SECONDS = 3600;
const MASTER_SECONDS = 4 * 3600;
const ACCESS_TOKEN_SECONDS = 600;

export interface Pass {
  /** The only role it may be used with. */
  role?: string;
  networkPolicy?: boolean;
}

/** How the account judges a token it knows or does not know. */
export type Verdict = 'unknown' | 'expired' | Pass;

interface Known extends Pass {
  expiresAtMs: number;
}

/** Every token, key and session of the simulated account, and what became of them. */
export class CredentialStore {
  readonly account: string | undefined;
  readonly #oauth: SandboxOAuth | undefined;
  readonly #now: () => number;
  readonly #random: Random;
  readonly #sessionSeconds: number;
  readonly #masterSeconds: number;
  readonly #isStrict: { tokens: boolean; sessions: boolean };
  readonly #users = new Map<string, RegisteredKey[]>();
  #usersMatter: boolean;
  readonly #known = {
    tokens: new Map<string, Known>(),
    oauth: new Map<string, Known>(),
    sessions: new Map<string, Known>(),
  };
  readonly #masters = new Map<string, { session: string; expiresAtMs: number }>();
  readonly #clients = new Map<string, { secret?: string }>();
  readonly #refreshTokens = new Map<string, string>();
  readonly #revoked = new Set<string>();

  /** @throws Error with a sentence when a public key is none */
  constructor(settings: SandboxCredentials, { now, seed }: { now: () => number; seed: string }) {
    this.#now = now;
    this.#random = seededRandom(`${seed}\0credentials`);
    this.account = settings.account;
    this.#oauth = settings.oauth;
    this.#isStrict = { tokens: settings.tokens !== undefined, sessions: settings.sessions !== undefined };
    this.#usersMatter = settings.users !== undefined;
    this.#sessionSeconds = settings.sessions?.lifeSeconds ?? SESSION_SECONDS;
    this.#masterSeconds = settings.sessions?.masterLifeSeconds ?? MASTER_SECONDS;
    for (const [name, user] of Object.entries(settings.users ?? {})) this.setUser(name, user);
    for (const [secret, token] of Object.entries(settings.tokens ?? {})) this.addToken(secret, token);
    for (const [client, { secret, refreshTokens = [] }] of Object.entries(settings.oauth?.clients ?? {})) {
      this.#clients.set(client, secret === undefined ? {} : { secret });
      for (const token of refreshTokens) this.#refreshTokens.set(token, client);
    }
  }

  /** ALTER USER … SET RSA_PUBLIC_KEY. From the first user on, signatures are verified. */
  setUser(name: string, { publicKey, publicKey2 }: SandboxUser): void {
    const keys = [publicKey, ...(publicKey2 === undefined ? [] : [publicKey2])].map(readPublicKey);
    this.#users.set(name.toUpperCase(), keys);
    this.#usersMatter = true;
  }

  /** ALTER USER … UNSET RSA_PUBLIC_KEY. @returns whether there was such a user */
  removeUser(name: string): boolean {
    return this.#users.delete(name.toUpperCase());
  }

  /** Undefined while nobody is registered. */
  get keysOf(): ((user: string) => readonly RegisteredKey[]) | undefined {
    return this.#usersMatter ? (user) => this.#users.get(user) ?? [] : undefined;
  }

  /** ALTER USER … ADD PROGRAMMATIC ACCESS TOKEN */
  addToken(secret: string, { expiresInSeconds, role, networkPolicy }: SandboxToken = {}): void {
    this.#revoked.delete(secret);
    this.#known.tokens.set(secret, {
      expiresAtMs: expiresInSeconds === undefined ? Number.POSITIVE_INFINITY : this.#now() + expiresInSeconds * 1000,
      ...(role === undefined ? {} : { role }),
      ...(networkPolicy === undefined ? {} : { networkPolicy }),
    });
  }

  /** A login of a driver: the session and the master token that renews it. */
  openSession(lifeSeconds = this.#sessionSeconds): { sessionToken: string; masterToken: string; lifeSeconds: number } {
    const sessionToken = this.#secret('session');
    const masterToken = this.#secret('master');
    this.#known.sessions.set(sessionToken, { expiresAtMs: this.#now() + lifeSeconds * 1000 });
    this.#masters.set(masterToken, { session: sessionToken, expiresAtMs: this.#now() + this.#masterSeconds * 1000 });
    return { sessionToken, masterToken, lifeSeconds };
  }

  /** @returns the next session, or why there is none */
  renewSession(master: string, session: string): ReturnType<CredentialStore['openSession']> | 'unknown' | 'expired' {
    const known = this.#masters.get(master);
    if (known === undefined || known.session !== session || this.#revoked.has(master)) return 'unknown';
    if (known.expiresAtMs <= this.#now()) return 'expired';
    this.#masters.delete(master);
    this.#known.sessions.delete(session);
    return this.openSession();
  }

  /** DROP SECURITY INTEGRATION. @returns whether there was such a client */
  removeClient(id: string): boolean {
    return this.#clients.delete(id);
  }

  /** The secret of a client; undefined as a whole when nobody knows it. */
  client(id: string): { secret?: string } | undefined {
    return this.#clients.get(id);
  }

  issueAccessToken(role?: string): { token: string; lifeSeconds: number } {
    const lifeSeconds = this.#oauth?.lifeSeconds ?? ACCESS_TOKEN_SECONDS;
    const token = this.#secret('oauth');
    this.#known.oauth.set(token, {
      expiresAtMs: this.#now() + lifeSeconds * 1000,
      ...(role === undefined ? {} : { role }),
    });
    return { token, lifeSeconds };
  }

  /** @returns the refresh token to use from now on, or undefined when this one is not the client's */
  useRefreshToken(token: string, client: string): string | undefined {
    if (!this.#clients.has(client) || this.#refreshTokens.get(token) !== client || this.#revoked.has(token))
      return undefined;
    if (this.#oauth?.singleUse !== true) return token;
    this.#refreshTokens.delete(token);
    const next = this.#secret('refresh');
    this.#refreshTokens.set(next, client);
    return next;
  }

  judge(kind: 'tokens' | 'oauth' | 'sessions', token: string): Verdict {
    if (this.#revoked.has(token)) return 'unknown';
    const known = this.#known[kind].get(token);
    if (known !== undefined) return known.expiresAtMs <= this.#now() ? 'expired' : known;
    const isStrict = kind === 'oauth' ? this.#oauth !== undefined : this.#isStrict[kind];
    return !isStrict && token.startsWith(ACCEPTED_PREFIX) ? {} : 'unknown';
  }

  isRevoked(token: string): boolean {
    return this.#revoked.has(token);
  }

  isAccessToken(token: string): boolean {
    return this.#known.oauth.has(token);
  }

  /** From now on nobody takes this token, of whatever kind. */
  revoke(token: string): void {
    this.#revoked.add(token);
  }

  /** Ends the life of a known token or session now. @returns whether it is known */
  expire(token: string): boolean {
    const known = Object.values(this.#known)
      .map((tokens) => tokens.get(token))
      .find((found) => found !== undefined);
    const found = known ?? this.#masters.get(token);
    if (found !== undefined) found.expiresAtMs = this.#now();
    return found !== undefined;
  }

  /** What is registered, without secrets. */
  describe(): {
    users: { name: string; fingerprints: string[] }[];
    tokens: number;
    sessions: number;
    accessTokens: number;
  } {
    return {
      users: Array.from(this.#users, ([name, keys]) => ({
        name,
        fingerprints: keys.map(({ fingerprint }) => fingerprint),
      })),
      tokens: this.#known.tokens.size,
      sessions: this.#known.sessions.size,
      accessTokens: this.#known.oauth.size,
    };
  }

  #secret(kind: string): string {
    return `${ACCEPTED_PREFIX}${kind}-${this.#random.text(24)}`;
  }
}
