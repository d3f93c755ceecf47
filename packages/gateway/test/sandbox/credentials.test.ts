// Credentials verified as Snowflake would: keys, dates, revocation, the OAuth endpoint, sessions, and who may order what.
import { createHash, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/ir/json.ts';
import { type CortexSandbox, createCortexSandbox } from '../../src/sandbox/index.ts';
import { fakeClock } from '../support/fake-clock.ts';
import { chat, parse, post } from './calls.ts';

const GOOD: JsonObject = { model: 'claude-sonnet-4-6', messages: [{ role: 'user', content: 'Hello.' }] };
const ada = generateKeyPairSync('rsa', { modulusLength: 2048 });
const next = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pem = (key: typeof ada.publicKey) => key.export({ type: 'spki', format: 'pem' }).toString();
const bare = (key: typeof ada.publicKey) => key.export({ type: 'spki', format: 'der' }).toString('base64');

const clock = fakeClock();
let sandbox: CortexSandbox;
beforeAll(async () => {
  sandbox = await createCortexSandbox({
    clock,
    credentials: {
      account: 'MYORG-MAIN',
      users: { ADA: { publicKey: pem(ada.publicKey), publicKey2: bare(next.publicKey) } },
      tokens: { 'pat-1': {}, 'pat-short': { expiresInSeconds: 60 } },
      oauth: { clients: { app: { secret: 's', refreshTokens: ['r1'] } }, singleUse: true },
      sessions: { lifeSeconds: 60, masterLifeSeconds: 120 },
    },
  });
});
afterAll(() => sandbox.close());

const status = async (authorization: string, type?: string) => {
  const headers = { authorization, ...(type === undefined ? {} : { 'x-snowflake-authorization-token-type': type }) };
  const answer = await chat(sandbox.url, GOOD, headers);
  return `${answer.status} ${textAt(parse(answer.text), 'code') || 'ok'}`;
};

const textAt = (body: JsonObject, key: string): string => (typeof body[key] === 'string' ? body[key] : '');

interface Forged {
  key?: typeof ada;
  account?: string;
  user?: string;
  iat?: number;
  exp?: number;
  sub?: string;
  tamper?: boolean;
}

function token({ key = ada, account = 'MYORG-MAIN', user = 'ADA', sub, tamper = false, ...dates }: Forged): string {
  const seconds = Math.floor(clock.now() / 1000);
  const spki = createPublicKey(key.privateKey).export({ type: 'spki', format: 'der' });
  const claims = {
    iss: `${account}.${user}.SHA256:${createHash('sha256').update(spki).digest('base64')}`,
    sub: sub ?? `${account}.${user}`,
    iat: seconds,
    exp: seconds + 3540,
    ...dates,
  };
  const segment = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${segment({ alg: 'RS256', typ: 'JWT' })}.${segment(claims)}`;
  const signature = sign('RSA-SHA256', Buffer.from(signed), key.privateKey).toString('base64url');
  return `${tamper ? `${segment({ alg: 'RS256' })}.${segment({ ...claims, exp: claims.exp + 1 })}` : signed}.${signature}`;
}

describe('key-pair tokens', () => {
  const now = Math.floor(clock.now() / 1000);
  it.each<[string, Forged]>([
    ['signed with the registered key', {}],
    ['signed with the second one', { key: next }],
    ['with dates in milliseconds', { iat: now * 1000, exp: (now + 600) * 1000 }],
    ['with a longer life than an hour, within that hour', { exp: now + 86_400 }],
    ['dated half a minute ahead', { iat: now + 30 }],
  ])('taken: %s', async (_what, forged) => {
    expect(await status(`Bearer ${token(forged)}`, 'KEYPAIR_JWT')).toBe('200 ok');
  });

  const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 });
  it.each<[string, Forged]>([
    ['of a key that nobody registered', { key: stranger }],
    ['of another user', { user: 'BOB' }],
    ['of a user in lower case', { user: 'ada' }],
    ['of another account', { account: 'MYORG-OTHER' }],
    ['for another subject', { sub: 'MYORG-MAIN.BOB' }],
    ['changed after it was signed', { tamper: true }],
    ['dated five minutes ahead', { iat: now + 300, exp: now + 900 }],
    ['expired', { iat: now - 900, exp: now - 1 }],
    ['older than an hour, whatever it says', { iat: now - 3_601, exp: now + 3_600 }],
  ])('refused: %s', async (_what, forged) => {
    expect(await status(`Bearer ${token(forged)}`, 'KEYPAIR_JWT')).toBe('401 390144');
  });
});

it('programmatic access tokens: registered ones, until they end or are revoked', async () => {
  expect(await status('Bearer pat-1')).toBe('200 ok');
  expect(await status('Bearer sandbox-anything'), 'a list is strict').toBe('401 394400');
  expect(await status('Bearer pat-short')).toBe('200 ok');
  await clock.advance(60_000);
  expect(await status('Bearer pat-short')).toBe('401 394400');
  sandbox.credentials.revoke('pat-1');
  expect(await status('Bearer pat-1')).toBe('401 394400');
});

describe('the OAuth endpoint', () => {
  const ask = async (form: Record<string, string>, basic?: string) => {
    const answer = await post(sandbox.url, '/oauth/token-request', new URLSearchParams(form).toString(), {
      'content-type': 'application/x-www-form-urlencoded',
      ...(basic === undefined ? {} : { authorization: `Basic ${Buffer.from(basic).toString('base64')}` }),
    });
    return { status: answer.status, body: parse(answer.text) };
  };

  it('gives out access tokens that work for ten minutes', async () => {
    const { body } = await ask({ grant_type: 'client_credentials', scope: 'session:role:PUBLIC' }, 'app:s');
    expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 600, scope: 'session:role:PUBLIC' });
    const bearer = `Bearer ${textAt(body, 'access_token')}`;
    expect([await status(bearer, 'OAUTH'), await status(bearer)]).toEqual(['200 ok', '200 ok']);
    await clock.advance(600_000);
    expect(await status(bearer, 'OAUTH')).toBe('401 390318');
  });

  it('takes a single-use refresh token once', async () => {
    const first = await ask({ grant_type: 'refresh_token', refresh_token: 'r1', client_id: 'app', client_secret: 's' });
    expect(first.status).toBe(200);
    const again = await ask({ grant_type: 'refresh_token', refresh_token: 'r1' }, 'app:s');
    expect(again).toMatchObject({ status: 400, body: { error: 'invalid_grant', success: false } });
    const refreshToken = textAt(first.body, 'refresh_token');
    expect((await ask({ grant_type: 'refresh_token', refresh_token: refreshToken }, 'app:s')).status).toBe(200);
  });

  it.each([
    [{ grant_type: 'client_credentials' }, 'app:wrong', 401, 'invalid_client'],
    [{ grant_type: 'client_credentials' }, undefined, 401, 'invalid_client'],
    [{ grant_type: 'password' }, 'app:s', 400, 'unsupported_grant_type'],
    [{ grant_type: 'refresh_token' }, 'app:s', 400, 'invalid_grant'],
  ])('refuses %j of %s', async (form, basic, code, error) => {
    expect(await ask(form, basic)).toMatchObject({ status: code, body: { error } });
  });
});

it('sessions end with a 200, and are renewed with their master token alone', async () => {
  const renew = async (master: string, oldSessionToken: string) => {
    const body = { oldSessionToken, requestType: 'RENEW' };
    const headers = { authorization: `Snowflake Token="${master}"` };
    return parse((await post(sandbox.url, '/session/token-request?requestId=1', body, headers)).text);
  };
  const { sessionToken, masterToken } = sandbox.credentials.openSession();
  const use = (session: string) => status(`Snowflake Token="${session}"`);
  expect(await use(sessionToken)).toBe('200 ok');
  await clock.advance(60_000);
  expect(await use(sessionToken)).toBe('200 390112');
  expect(await renew(sessionToken, sessionToken)).toMatchObject({ success: false, code: '390113' });
  const renewed = await renew(masterToken, sessionToken);
  expect(renewed).toMatchObject({ success: true, data: { validityInSecondsST: 60 } });
  const { data } = renewed as { data: { sessionToken: string; masterToken: string } };
  expect([await use(data.sessionToken), await use(sessionToken)]).toEqual(['200 ok', '200 390111']);
  await clock.advance(120_000);
  expect(await renew(data.masterToken, data.sessionToken)).toMatchObject({ success: false, code: '390114' });
});

describe('orders under /sandbox/credentials', () => {
  const order = (path: string, body: JsonObject) => post(sandbox.url, `/sandbox/credentials${path}`, body, {});

  it('add, end and revoke', async () => {
    await order('/tokens', { secret: 'pat-new', expiresInSeconds: 3600 });
    expect(await status('Bearer pat-new')).toBe('200 ok');
    await order('/expire', { token: 'pat-new' });
    expect(await status('Bearer pat-new')).toBe('401 394400');
    await order('/users', { name: 'bob', publicKey: bare(ada.publicKey) });
    expect(await status(`Bearer ${token({ user: 'BOB' })}`)).toBe('200 ok');
    await order('/users/remove', { name: 'BOB' });
    expect(await status(`Bearer ${token({ user: 'BOB' })}`)).toBe('401 390144');
    const session = parse((await order('/sessions', { lifeSeconds: 5 })).text);
    expect(await status(`Snowflake Token="${textAt(session, 'sessionToken')}"`)).toBe('200 ok');
    await order('/revoke', { token: session['sessionToken']! });
    expect(await status(`Snowflake Token="${textAt(session, 'sessionToken')}"`)).toBe('200 390111');
  });

  it.each([
    ['/users', { name: 'eve', publicKey: 'no key' }, 400, /not in PEM form/],
    ['/users/remove', { name: 'eve' }, 400, /There is no user "eve"/],
    ['/tokens', {}, 400, /"secret" must be text/],
    ['/expire', { token: 'never seen' }, 400, /No token like this/],
    ['/nonsense', {}, 404, /The sandbox takes POST \/sandbox\/credentials\/users/],
  ])('%s %j is answered with a sentence', async (path, body, code, message) => {
    const answer = await order(path, body);
    expect(answer.status).toBe(code);
    expect(textAt(parse(answer.text), 'message')).toMatch(message);
  });
});
