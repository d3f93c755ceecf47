import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { offlineTokens } from '../../../test/support/tokens.ts';
import { Secret } from '../../kit/secret.ts';
import { tokenTypeOf } from './snowflake.ts';
import type { TokenSource } from './source.ts';

const ORIGIN = 'https://acme-main.snowflakecomputing.com';

const jwt = (claims: object) =>
  `eyJhbGciOiJSUzI1NiJ9.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.c2ln`;

const snowflake = (token: string): TokenSource =>
  offlineTokens()({
    provider: 'cortex',
    credential: { kind: 'snowflake-token', token: new Secret(token) },
    origin: ORIGIN,
  });

it('sends a programmatic access token without the pat/ that LiteLLM wants, and always its type', async () => {
  expect(await snowflake('pat/abc').headersFor(ORIGIN)).toEqual({
    authorization: 'Bearer abc',
    'x-snowflake-authorization-token-type': 'PROGRAMMATIC_ACCESS_TOKEN',
  });
});

it.each([
  ['pat/eyJhbGciOiJSUzI1NiJ9.e30.c2ln', 'PROGRAMMATIC_ACCESS_TOKEN'],
  ['an-opaque-token', 'PROGRAMMATIC_ACCESS_TOKEN'],
  ['sandbox-anything', 'PROGRAMMATIC_ACCESS_TOKEN'],
  [jwt({ iss: 'ACME-MAIN.ME.SHA256:abc=', sub: 'ACME-MAIN.ME' }), 'KEYPAIR_JWT'],
  [jwt({ iss: 'SF:1049', p: '1:2' }), 'PROGRAMMATIC_ACCESS_TOKEN'],
  [jwt({ iss: 'https://login.acme.example' }), 'OAUTH'],
  ['eyJhbGciOiJSUzI1NiJ9.bm90LWpzb24.c2ln', 'KEYPAIR_JWT'],
  ['ver:1-hint:123-ETMsDgAA', 'OAUTH'],
])('%s is a %s', (token, type) => {
  expect(tokenTypeOf(token)).toBe(type);
});

it("sends other providers' keys the way they take them", async () => {
  const key = { kind: 'api-key', token: new Secret('k') } as const;
  const headers = (provider: 'openai' | 'anthropic') =>
    offlineTokens()({ provider, credential: key, origin: ORIGIN }).headersFor(ORIGIN);
  expect(await headers('openai')).toEqual({ authorization: 'Bearer k' });
  expect(await headers('anthropic')).toEqual({ 'x-api-key': 'k' });
  expect(
    await offlineTokens()({ provider: 'openai', credential: { kind: 'none' }, origin: ORIGIN }).headersFor(ORIGIN),
  ).toEqual({});
});

it('workload identities and sessions have headers of their own', async () => {
  const of = (credential: Parameters<ReturnType<typeof offlineTokens>>[0]['credential']) =>
    offlineTokens()({ provider: 'cortex', credential, origin: ORIGIN }).headersFor(ORIGIN);
  const token = new Secret('abc');
  expect(await of({ kind: 'snowflake-workload-identity', provider: 'AZURE', token })).toEqual({
    authorization: 'Bearer WIF.AZURE.abc',
    'x-snowflake-authorization-token-type': 'WORKLOAD_IDENTITY_FEDERATION',
  });
  expect(await of({ kind: 'snowflake-session', token })).toEqual({ authorization: 'Snowflake Token="abc"' });
});

describe('a token never travels to another origin', () => {
  it.each([
    'http://acme-main.snowflakecomputing.com',
    'https://acme-main.snowflakecomputing.com:8443',
    'https://acme-main.snowflakecomputing.com.attacker.example',
    'https://ACME-main.snowflakecomputing.com',
    '',
  ])('%s', async (origin) => {
    await expect(snowflake('secret-token').headersFor(origin)).rejects.toMatchObject({ kind: 'internal' });
    await expect(snowflake('secret-token').headersFor(origin)).rejects.not.toThrow(/secret-token/);
  });

  it('whatever the string', async () => {
    const source = snowflake('secret-token');
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.webUrl(), fc.string()), async (origin) => {
        fc.pre(origin !== ORIGIN);
        await expect(source.headersFor(origin)).rejects.toMatchObject({ kind: 'internal' });
      }),
    );
  });
});

it.each(['', 'two words', 'line\nbreak', 'tök', '"quoted"'])(
  'refuses a token that no header can carry: %j',
  (token) => {
    expect(() => snowflake(token)).toThrow(/token/);
  },
);

it('one credential on one host is one source, however often it is written down', () => {
  const tokensFor = offlineTokens();
  const need = (token: string, origin = ORIGIN) =>
    tokensFor({ provider: 'cortex', credential: { kind: 'snowflake-token', token: new Secret(token) }, origin });
  expect(need('a')).toBe(need('a'));
  expect(need('a')).not.toBe(need('b'));
  expect(need('a')).not.toBe(need('a', 'https://acme-spare.snowflakecomputing.com'));
});
