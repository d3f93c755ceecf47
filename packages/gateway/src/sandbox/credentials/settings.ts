/** Who is registered with the simulated account. A kind that is given here is strict: nobody else passes by it. */
export interface SandboxCredentials {
  /** The account that key-pair tokens must name; any when absent. */
  account?: string;
  /** Key-pair users by name. */
  users?: Record<string, SandboxUser>;
  /** Programmatic access tokens by secret. */
  tokens?: Record<string, SandboxToken>;
  oauth?: SandboxOAuth;
  sessions?: SandboxSessions;
}

export interface SandboxUser {
  /** PEM, or the base64 between its marker lines, as ALTER USER … SET RSA_PUBLIC_KEY takes it. */
  publicKey: string;
  /** RSA_PUBLIC_KEY_2, for rotation. */
  publicKey2?: string;
}

export interface SandboxToken {
  expiresInSeconds?: number;
  /** ROLE_RESTRICTION: requests run as this role, and may name no other. */
  role?: string;
  /** False: the user has none, which Snowflake refuses. */
  networkPolicy?: boolean;
}

export interface SandboxOAuth {
  /** Secrets by client id. A client without a secret is a public one. */
  clients: Record<string, { secret?: string; refreshTokens?: string[] }>;
  /** Of access tokens; 600 as Snowflake's own. */
  lifeSeconds?: number;
  /** OAUTH_SINGLE_USE_REFRESH_TOKENS_REQUIRED: each refresh token works once and brings the next. */
  singleUse?: boolean;
}

interface SandboxSessions {
  /** 3600 as Snowflake's. */
  lifeSeconds?: number;
  /** Of master tokens; four hours as Snowflake's. */
  masterLifeSeconds?: number;
}
