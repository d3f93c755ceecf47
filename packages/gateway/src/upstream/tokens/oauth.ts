import type { CredentialSettings } from '../../config/settings.ts';
import { GatewayError } from '../../errors/error.ts';
import type { JsonObject } from '../../ir/json.ts';
import { isLoopback } from '../loopback.ts';
import { callForToken } from './call-for-token.ts';
import type { Lease } from './renewing-token.ts';
import { checkTokenText } from './token-text.ts';
import type { TokenWorld } from './world.ts';

export type OAuth = Extract<CredentialSettings, { kind: 'snowflake-oauth' }>;

/** What Snowflake's own tokens live for, where an endpoint does not say. */
const USUAL_LIFE_SECONDS = 600;

/** Fetches access tokens. The client's secret and the refresh token go to the token endpoint and nowhere else. */
export class OAuthClient {
  readonly #credential: OAuth;
  readonly #world: Pick<TokenWorld, 'clock' | 'transport' | 'warn'>;
  #refreshToken: string | undefined;

  /** @throws GatewayError `invalid-request` when the endpoint or the client cannot work */
  constructor(credential: OAuth, world: Pick<TokenWorld, 'clock' | 'transport' | 'warn'>) {
    checkEndpoint(credential.tokenUrl);
    if (credential.clientSecret === undefined && credential.refreshToken === undefined) {
      throw new GatewayError(
        'invalid-request',
        'OAuth needs a client secret (for the client credentials flow) or a refresh token. Give one of them.',
      );
    }
    this.#credential = credential;
    this.#world = world;
    this.#refreshToken = credential.refreshToken?.reveal();
  }

  async obtain(): Promise<Lease> {
    const askedAtMs = this.#world.clock.now();
    const { status, body } = await callForToken(this.#world.transport, {
      url: this.#credential.tokenUrl,
      headers: { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded', ...this.#basic() },
      body: this.#form().toString(),
    });
    const { access_token: token, expires_in: lifeSeconds, refresh_token: refreshToken } = body;
    if (status >= 300 || typeof token !== 'string') throw this.#refused(status, body);
    if (this.#refreshToken !== undefined && typeof refreshToken === 'string' && refreshToken !== this.#refreshToken) {
      this.#world.warn(
        `The token endpoint ${new URL(this.#credential.tokenUrl).origin} has replaced the refresh token. It is kept in memory; after a restart the one in the configuration may no longer work.`,
      );
      this.#refreshToken = refreshToken;
    }
    const life = typeof lifeSeconds === 'number' || typeof lifeSeconds === 'string' ? Number(lifeSeconds) : Number.NaN;
    return {
      token: checkTokenText(token, 'The access token of the token endpoint', 'upstream-refused-us'),
      expiresAtMs: askedAtMs + (life > 0 ? life : USUAL_LIFE_SECONDS) * 1000,
    };
  }

  #form(): URLSearchParams {
    const { clientId, clientSecret, scope, clientAuthentication, parameters } = this.#credential;
    const grant: Record<string, string> =
      this.#refreshToken === undefined
        ? { grant_type: 'client_credentials' }
        : { grant_type: 'refresh_token', refresh_token: this.#refreshToken };
    const inForm = clientAuthentication === 'post' || clientSecret === undefined;
    return new URLSearchParams({
      ...grant,
      ...(inForm ? { client_id: clientId } : {}),
      ...(inForm && clientSecret !== undefined ? { client_secret: clientSecret.reveal() } : {}),
      ...(scope === undefined ? {} : { scope }),
      ...parameters,
    });
  }

  #basic(): Record<string, string> {
    const { clientId, clientSecret, clientAuthentication } = this.#credential;
    if (clientAuthentication === 'post' || clientSecret === undefined) return {};
    return { authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret.reveal()}`).toString('base64')}` };
  }

  #refused(status: number, { error, error_description: description, message }: JsonObject): GatewayError {
    const said = [description, message, error].find((words) => typeof words === 'string' && words !== '');
    const code = typeof error === 'string' ? error : undefined;
    const { origin } = new URL(this.#credential.tokenUrl);
    const words = typeof said === 'string' ? `: ${said.slice(0, 300).replace(/\.$/, '')}` : '';
    return new GatewayError(
      'upstream-refused-us',
      `The token endpoint ${origin} gave no access token${words} (HTTP ${status}${code === undefined ? '' : `, ${code}`}). ${adviceOn(code)}`,
      { retry: 'other', upstream: { status, ...(code === undefined ? {} : { code }) } },
    );
  }
}

const ADVICE: Readonly<Record<string, string>> = {
  invalid_client:
    'Check the client id and secret, and whether the endpoint wants them in the form (client_auth: post).',
  unauthorized_client: 'Check the client id and secret, and whether the integration allows this flow.',
  invalid_grant:
    'The refresh token is wrong, used up or expired, or the integration does not allow this flow: sign in again for a new one.',
  invalid_scope: 'Check the scope, like session:role:MY_ROLE.',
};

function adviceOn(code: string | undefined): string {
  return ADVICE[code ?? ''] ?? 'Check the settings of the OAuth client.';
}

function checkEndpoint(tokenUrl: string): void {
  const url = URL.canParse(tokenUrl) ? new URL(tokenUrl) : undefined;
  if (url !== undefined && (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname)))) {
    if (url.username === '' && url.password === '') return;
    throw new GatewayError(
      'invalid-request',
      'The token endpoint holds a user name or password before "@". Remove them.',
    );
  }
  throw new GatewayError(
    'invalid-request',
    'The token endpoint must be an https:// URL, like "https://myorg-myaccount.snowflakecomputing.com/oauth/token-request".',
  );
}
