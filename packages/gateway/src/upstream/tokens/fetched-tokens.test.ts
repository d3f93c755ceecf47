// Tokens that come over the network: what is asked where, and what a refusal says.
import { describe, expect, it } from 'vitest';
import { offlineTokens } from '../../../test/support/tokens.ts';
import type { CredentialSettings } from '../../config/settings.ts';
import { GatewayError } from '../../errors/error.ts';
import { sourceOf as bytesFrom } from '../../kit/byte-source.ts';
import { Secret } from '../../kit/secret.ts';
import type { Transport } from '../transport.ts';

const ORIGIN = 'https://acme-main.snowflakecomputing.com';
const ENDPOINT = 'https://login.acme.example/oauth2/token?tenant=1';

type Call = Parameters<Transport['call']>[0];

/** Answers every call alike and keeps what was sent. */
function endpoint(status: number, body: object | string) {
  const calls: Call[] = [];
  const transport: Transport = {
    async call(call) {
      calls.push(call);
      const text = typeof body === 'string' ? body : JSON.stringify(body);
      return { status, headers: {}, body: bytesFrom(Buffer.from(text)) };
    },
    close: () => Promise.resolve(),
  };
  return { transport, calls };
}

const oauth = (over: object = {}): CredentialSettings => ({
  kind: 'snowflake-oauth',
  tokenUrl: ENDPOINT,
  clientId: 'app',
  clientSecret: new Secret('client-secret'),
  clientAuthentication: 'basic',
  parameters: {},
  ...over,
});

const sourceOf = (
  credential: CredentialSettings,
  transport: Transport,
  warn: (message: string) => void = () => undefined,
) => offlineTokens({ transport, warn })({ provider: 'cortex', credential, origin: ORIGIN });

const GRANTED = { access_token: 'access-1', expires_in: 600, token_type: 'Bearer' };

describe('what a token endpoint is asked', () => {
  it.each<[string, object, string, string | undefined]>([
    [
      'client credentials in the header',
      { scope: 'session:role:R' },
      'grant_type=client_credentials&scope=session%3Arole%3AR',
      'Basic YXBwOmNsaWVudC1zZWNyZXQ=',
    ],
    [
      'client credentials in the form, with an audience',
      { clientAuthentication: 'post', parameters: { audience: 'https://a' } },
      'grant_type=client_credentials&client_id=app&client_secret=client-secret&audience=https%3A%2F%2Fa',
      undefined,
    ],
    [
      'the refresh token of a public client',
      { clientSecret: undefined, refreshToken: new Secret('refresh-1') },
      'grant_type=refresh_token&refresh_token=refresh-1&client_id=app',
      undefined,
    ],
  ])('%s', async (_what, over, form, authorization) => {
    const { transport, calls } = endpoint(200, GRANTED);
    const headers = await sourceOf(oauth(over), transport).headersFor(ORIGIN);
    expect(headers).toEqual({
      authorization: 'Bearer access-1',
      'x-snowflake-authorization-token-type': 'OAUTH',
    });
    expect(calls).toMatchObject([{ method: 'POST', url: ENDPOINT, body: form }]);
    expect(calls[0]!.headers['authorization']).toBe(authorization);
    expect(calls[0]!.headers['content-type']).toBe('application/x-www-form-urlencoded');
  });

  it('the endpoint never gets an access token, and the account never a secret of the client', async () => {
    const { transport, calls } = endpoint(200, GRANTED);
    const source = sourceOf(oauth(), transport);
    const first = await source.headersFor(ORIGIN);
    source.invalidate(first);
    await source.headersFor(ORIGIN);
    expect(calls.map(({ url }) => url)).toEqual([ENDPOINT, ENDPOINT]);
    expect(JSON.stringify(calls)).not.toContain('access-1');
    expect(JSON.stringify(first)).not.toContain('client-secret');
  });

  it('a replaced refresh token is used from then on, and told', async () => {
    const { transport, calls } = endpoint(200, { ...GRANTED, refresh_token: 'refresh-2' });
    const warned: string[] = [];
    const source = sourceOf(oauth({ refreshToken: new Secret('refresh-1') }), transport, (message) => {
      warned.push(message);
    });
    source.invalidate(await source.headersFor(ORIGIN));
    await source.headersFor(ORIGIN);
    expect(calls.map(({ body }) => new URLSearchParams(String(body)).get('refresh_token'))).toEqual([
      'refresh-1',
      'refresh-2',
    ]);
    expect(warned).toEqual([expect.stringContaining('https://login.acme.example has replaced the refresh token')]);
  });
});

describe('what a refusal says', () => {
  it.each<[string, number, object | string, RegExp, string]>([
    [
      'a wrong client',
      401,
      { error: 'invalid_client', error_description: 'No such client.' },
      /^The token endpoint https:\/\/login\.acme\.example gave no access token: No such client \(HTTP 401, invalid_client\)\. Check the client id/,
      'other',
    ],
    ['a scope', 400, { error: 'invalid_scope' }, /invalid_scope\)\. Check the scope/, 'other'],
    ['a page', 200, '<html>Sign in</html>', /answered HTTP 200 and no JSON where a token was asked for/, 'other'],
    ['a redirect', 302, '', /answered HTTP 302 and no JSON/, 'other'],
    ['a 200 without a token', 200, { ok: true }, /gave no access token \(HTTP 200\)/, 'other'],
    ['an outage', 503, 'down', /gave no token: HTTP 503\. Try again/, 'same'],
    [
      'a token that no header can carry',
      200,
      { ...GRANTED, access_token: 'a\nb' },
      /holds spaces, line breaks/,
      'never',
    ],
  ])('%s', async (_what, status, body, message, retry) => {
    const { transport } = endpoint(status, body);
    const error: unknown = await sourceOf(oauth(), transport)
      .headersFor(ORIGIN)
      .catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(GatewayError);
    const { publicMessage, detail } = error as GatewayError;
    expect(publicMessage).toMatch(message);
    expect(publicMessage).not.toContain('client-secret');
    expect(detail.retry ?? 'never').toBe(retry);
  });

  it.each(['http://login.acme.example/token', 'login.acme.example', 'https://me:secret@login.acme.example/t'])(
    'an endpoint that no secret may be sent to: %s',
    (tokenUrl) => {
      const { transport } = endpoint(200, GRANTED);
      expect(() => sourceOf(oauth({ tokenUrl }), transport)).toThrow(/token endpoint/);
    },
  );
});

describe('a session', () => {
  const session = { kind: 'snowflake-session', token: new Secret('s1'), masterToken: new Secret('m1') } as const;

  it('is renewed at its own host, with the master token', async () => {
    const data = { sessionToken: 's2', masterToken: 'm2', validityInSecondsST: 3600 };
    const { transport, calls } = endpoint(200, { success: true, data });
    const source = sourceOf(session, transport);
    const first = await source.headersFor(ORIGIN);
    expect(first).toEqual({ authorization: 'Snowflake Token="s1"' });
    expect(calls).toEqual([]);
    expect(source.invalidate(first)).toBe(true);
    expect(await source.headersFor(ORIGIN)).toEqual({ authorization: 'Snowflake Token="s2"' });
    expect(calls).toHaveLength(1);
    expect(calls[0]!.url).toMatch(
      /^https:\/\/acme-main\.snowflakecomputing\.com\/session\/token-request\?requestId=[0-9a-f-]{36}$/,
    );
    expect(calls[0]!.headers['authorization']).toBe('Snowflake Token="m1"');
    expect(JSON.parse(String(calls[0]!.body))).toEqual({ oldSessionToken: 's1', requestType: 'RENEW' });
  });

  it('that cannot be renewed says why', async () => {
    const { transport } = endpoint(200, {
      success: false,
      code: '390114',
      message: 'Authentication token has expired.',
    });
    const source = sourceOf(session, transport);
    source.invalidate(await source.headersFor(ORIGIN));
    await expect(source.headersFor(ORIGIN)).rejects.toThrow(/expired\. \(HTTP 200, code 390114\)\. Sign in again/);
  });
});
