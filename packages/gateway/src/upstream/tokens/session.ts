import type { CredentialSettings } from '../../config/settings.ts';
import { GatewayError } from '../../errors/error.ts';
import { isObject, type JsonObject } from '../../ir/json.ts';
import { uuid } from '../../kit/random.ts';
import { callForToken } from './call-for-token.ts';
import type { Lease } from './renewing-token.ts';
import { sessionHeaders } from './snowflake.ts';
import { checkTokenText } from './token-text.ts';
import type { TokenWorld } from './world.ts';

export type Session = Extract<CredentialSettings, { kind: 'snowflake-session' }>;

/**
 * Renews a session with its master token, the way Snowflake's own drivers do
 * (docs/cortex-quirks.md#session-renewal). Both tokens go to the account's own host only.
 */
export class SessionRenewer {
  readonly #origin: string;
  readonly #world: Pick<TokenWorld, 'clock' | 'transport' | 'random'>;
  #session: string;
  #master: string;

  constructor(
    session: string,
    master: string,
    origin: string,
    world: Pick<TokenWorld, 'clock' | 'transport' | 'random'>,
  ) {
    this.#session = session;
    this.#master = master;
    this.#origin = origin;
    this.#world = world;
  }

  async obtain(): Promise<Lease> {
    const askedAtMs = this.#world.clock.now();
    const { status, body } = await callForToken(this.#world.transport, {
      url: `${this.#origin}/session/token-request?requestId=${uuid(this.#world.random)}`,
      headers: { accept: 'application/json', 'content-type': 'application/json', ...sessionHeaders(this.#master) },
      body: JSON.stringify({ oldSessionToken: this.#session, requestType: 'RENEW' }),
    });
    const data = isObject(body.data) ? body.data : {};
    const { sessionToken, masterToken, validityInSecondsST: lifeSeconds } = data;
    if (body.success !== true || typeof sessionToken !== 'string') throw refused(status, body);
    this.#session = checkTokenText(sessionToken, 'The renewed session token', 'upstream-refused-us');
    if (typeof masterToken === 'string')
      this.#master = checkTokenText(masterToken, 'The renewed master token', 'upstream-refused-us');
    return {
      token: this.#session,
      expiresAtMs: typeof lifeSeconds === 'number' ? askedAtMs + lifeSeconds * 1000 : Number.POSITIVE_INFINITY,
    };
  }
}

function refused(status: number, { code, message }: JsonObject): GatewayError {
  const said =
    typeof message === 'string' && message !== '' ? `Snowflake said: ${message}` : 'Snowflake gave no reason';
  const marks = [`HTTP ${status}`, ...(typeof code === 'string' ? [`code ${code}`] : [])].join(', ');
  return new GatewayError(
    'upstream-refused-us',
    `The Snowflake session could not be renewed. ${said} (${marks}). Sign in again for new session and master tokens, or use a programmatic access token, which needs no renewal.`,
    { retry: 'other', upstream: { status, ...(typeof code === 'string' ? { code } : {}) } },
  );
}
