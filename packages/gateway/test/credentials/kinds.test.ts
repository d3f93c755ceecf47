// Every way to sign in: first use, renewal under load, revocation, a wrong secret, expiry in mid-stream, a wrong clock.
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { CortexSandbox } from '../../src/sandbox/index.ts';
import { encryptedWith, handMadeJwt, LLAMA, rsaKeyPair, setStage, type Stage, type StageOptions } from './stage.ts';

const TWO_HOURS = 2 * 3_600_000;
const FIVE_MINUTES = 5 * 60_000;

interface Kind {
  name: string;
  /** A stage where this kind of credential is good. */
  good: StageOptions;
  /** Ends what is in use now, so that only a renewal helps; absent for what nobody can renew. */
  end?: (stage: Stage) => void;
  /** Takes the credential itself away. */
  revoke: (sandbox: CortexSandbox) => void;
  /** What `revoke` must make the client read. */
  revoked: RegExp;
  wrong: { account: StageOptions['account']; says: RegExp };
}

const keys = rsaKeyPair();
const otherKeys = rsaKeyPair();
let folder = '';
/** Files of secrets are replaced as a whole, as everything that rotates them does it. */
function put(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(`${file}.next`, text, { mode: 0o600 });
  renameSync(`${file}.next`, file);
  return file;
}
const inFolder =
  (account: () => Record<string, unknown>): StageOptions['account'] =>
  (world) => {
    folder = world.folder;
    return account();
  };

const session = { token: '', master_token: '' };
const login: StageOptions['account'] = ({ sandbox }) => {
  const { sessionToken, masterToken } = sandbox.credentials.openSession();
  Object.assign(session, { token: sessionToken, master_token: masterToken });
  return { session: { ...session } };
};

const OAUTH = { clients: { app: { secret: 'the-secret', refreshTokens: ['the-refresh-token'] } } };
const oauthAccount =
  (said: Record<string, unknown>): StageOptions['account'] =>
  ({ sandbox }) => ({ oauth: { token_url: `${sandbox.url}/oauth/token-request`, client_id: 'app', ...said } });

const KINDS: Kind[] = [
  {
    name: 'a programmatic access token in a file',
    good: {
      credentials: { tokens: { 'pat-1': {}, 'pat-2': {} } },
      account: inFolder(() => ({ token_file: put('pat', 'pat-1\n') })),
    },
    end({ sandbox }) {
      put('pat', 'pat-2\n');
      sandbox.credentials.revoke('pat-1');
    },
    revoke(sandbox) {
      sandbox.credentials.revoke('pat-1');
    },
    revoked: /Programmatic access token is invalid.*generate a new one in Snowsight/,
    wrong: { account: () => ({ token: 'pat-9' }), says: /394400/ },
  },
  {
    name: 'a key pair',
    good: {
      credentials: { account: 'MYORG-MY_ACCOUNT', users: { ADA: { publicKey: keys.publicKey } } },
      account: inFolder(() => ({
        account: 'myorg-my_account',
        user: 'ada',
        private_key_file: put('rsa_key.p8', keys.privateKey),
      })),
    },
    end: ({ clock }) => clock.shift(TWO_HOURS),
    revoke(sandbox) {
      sandbox.credentials.removeUser('ADA');
    },
    revoked: /JWT token is invalid.*check user, account and registered public key/,
    wrong: {
      account: () => ({ account: 'myorg-my_account', user: 'ada', private_key: otherKeys.privateKey }),
      says: /390144/,
    },
  },
  {
    name: 'a key pair with a passphrase',
    good: {
      credentials: { account: 'MYORG-MY_ACCOUNT', users: { ADA: { publicKey: keys.publicKey } } },
      account: inFolder(() => ({
        account: 'myorg-my_account',
        user: 'ada',
        private_key_file: put('rsa_key.p8', encryptedWith('open sesame', keys)),
        private_key_passphrase: 'open sesame',
      })),
    },
    end: ({ clock }) => clock.shift(TWO_HOURS),
    revoke(sandbox) {
      sandbox.credentials.removeUser('ADA');
    },
    revoked: /JWT token is invalid.*check user, account and registered public key/,
    wrong: {
      account: () => ({
        account: 'myorg-my_account',
        user: 'ada',
        private_key: encryptedWith('open sesame', otherKeys),
        private_key_passphrase: 'open sesame',
      }),
      says: /390144/,
    },
  },
  {
    name: 'a programmatic access token as it is, with the prefix of LiteLLM',
    good: { credentials: { tokens: { 'pat-1': {} } }, account: () => ({ token: 'pat/pat-1' }) },
    revoke(sandbox) {
      sandbox.credentials.revoke('pat-1');
    },
    revoked: /Programmatic access token is invalid.*generate a new one in Snowsight/,
    wrong: { account: () => ({ token: 'pat/pat-9' }), says: /394400/ },
  },
  {
    name: 'a key-pair JWT that was minted by hand',
    good: {
      credentials: { account: 'MYORG-MY_ACCOUNT', users: { ADA: { publicKey: keys.publicKey } } },
      account: () => ({ token: handMadeJwt(keys, 'MYORG-MY_ACCOUNT.ADA') }),
    },
    revoke(sandbox) {
      sandbox.credentials.removeUser('ADA');
    },
    revoked: /JWT token is invalid.*check user, account and registered public key/,
    wrong: { account: () => ({ token: handMadeJwt(otherKeys, 'MYORG-MY_ACCOUNT.ADA') }), says: /390144/ },
  },
  {
    name: 'an OAuth access token as it is',
    good: { account: () => ({ token: 'sandbox-access-1', token_type: 'oauth' }) },
    revoke(sandbox) {
      sandbox.credentials.revoke('sandbox-access-1');
    },
    revoked: /Invalid OAuth access token.*fetch a new one/,
    wrong: { account: () => ({ token: 'guessed', token_type: 'oauth' }), says: /390303/ },
  },
  {
    name: 'OAuth client credentials',
    good: { credentials: { oauth: OAUTH }, account: oauthAccount({ client_secret: 'the-secret' }) },
    end: ({ clock }) => clock.shift(TWO_HOURS),
    revoke(sandbox) {
      sandbox.credentials.removeClient('app');
    },
    revoked: /gave no access token: This is an invalid client.*Check the client id and secret/,
    wrong: { account: oauthAccount({ client_secret: 'guessed' }), says: /invalid_client/ },
  },
  {
    name: 'an OAuth refresh token that works once',
    good: {
      credentials: { oauth: { ...OAUTH, singleUse: true } },
      account: oauthAccount({ client_secret: 'the-secret', client_auth: 'post', refresh_token: 'the-refresh-token' }),
    },
    end: ({ clock }) => clock.shift(TWO_HOURS),
    revoke(sandbox) {
      sandbox.credentials.removeClient('app');
    },
    revoked: /gave no access token/,
    wrong: {
      account: oauthAccount({ client_secret: 'the-secret', refresh_token: 'old' }),
      says: /invalid_grant.*sign in again/,
    },
  },
  {
    name: 'a token that a Snowpark container keeps fresh',
    good: {
      account: inFolder(() => ({ token_file: put('token', 'sandbox-service-1'), token_type: 'oauth' })),
    },
    end({ sandbox }) {
      put('token', 'sandbox-service-2');
      sandbox.credentials.revoke('sandbox-service-1');
    },
    revoke(sandbox) {
      sandbox.credentials.revoke('sandbox-service-1');
    },
    revoked: /Invalid OAuth access token/,
    wrong: { account: () => ({ token: 'other', token_type: 'oauth' }), says: /390303/ },
  },
  {
    name: 'a workload identity',
    good: {
      account: inFolder(() => ({
        workload_identity: { provider: 'oidc', token_file: put('attestation', 'sandbox-attestation-1') },
      })),
    },
    end({ sandbox }) {
      put('attestation', 'sandbox-attestation-2');
      sandbox.credentials.revoke('sandbox-attestation-1');
    },
    revoke(sandbox) {
      sandbox.credentials.revoke('sandbox-attestation-1');
    },
    revoked: /390303/,
    wrong: { account: () => ({ workload_identity: { provider: 'aws', token: 'other' } }), says: /390303/ },
  },
  {
    name: 'a session with its master token',
    good: { credentials: { sessions: {} }, account: login },
    end: ({ clock }) => clock.shift(TWO_HOURS),
    revoke(sandbox) {
      sandbox.credentials.revoke(session.token);
      sandbox.credentials.revoke(session.master_token);
    },
    revoked: /session could not be renewed.*Sign in again/,
    wrong: { account: () => ({ session: { token: 'no-session' } }), says: /390111.*sign in again/ },
  },
];

let stage: Stage | undefined;
afterEach(async () => {
  await stage?.close();
  stage = undefined;
});

describe.each(KINDS)('$name', ({ good, end, revoke, revoked, wrong }) => {
  /** Where nobody can renew it, the token ends by being taken away. */
  const finish = end ?? (({ sandbox }: Stage) => revoke(sandbox));

  it('works at first use, on both APIs', async () => {
    stage = await setStage(good);
    const answers = [await stage.ask(), await stage.ask('sandbox> say ok', LLAMA)];
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
  });

  if (end === undefined) {
    it('nobody can renew it: each of a hundred requests reads why, and is sent once', async () => {
      const { ask, sandbox } = (stage = await setStage(good));
      expect((await ask()).status).toBe(200);
      revoke(sandbox);
      const answers = await Promise.all(Array.from({ length: 100 }, () => ask()));
      expect(answers.filter(({ status, text }) => status !== 502 || !revoked.test(text))).toEqual([]);
      expect(sandbox.requests).toHaveLength(101);
    });
  } else {
    it('is renewed under a hundred requests, and none of them fails', async () => {
      const running = (stage = await setStage(good));
      const { ask, sandbox } = running;
      const before = Array.from({ length: 50 }, () => ask('sandbox> stall 20ms\nsandbox> say ok'));
      await before[0];
      end(running);
      const after = Array.from({ length: 100 }, (_, index) =>
        ask('sandbox> say ok', index % 2 === 0 ? LLAMA : undefined),
      );
      const statuses = (await Promise.all([...before, ...after])).map(({ status }) => status);
      expect(statuses.filter((status) => status !== 200)).toEqual([]);
      expect(sandbox.requests.length, 'some were refused, and sent again').toBeGreaterThan(150);
    });
  }

  it('an answer that has begun ends well after the token has ended, and so does the next one that is renewed', async () => {
    const running = (stage = await setStage(good));
    const first = await running.stream('sandbox> pace 2ms\nsandbox> repeat 40 word', () => finish(running));
    expect(first.text).toContain('data: [DONE]');
    expect(first.text).not.toContain('"error"');
    if (end === undefined) {
      expect((await running.stream('sandbox> say ok')).text).toMatch(revoked);
      return;
    }
    const next = await running.stream('sandbox> say ok');
    expect(next.text).toContain('data: [DONE]');
    expect(next.text).not.toContain('"error"');
  });

  it('revoked: the client reads why', async () => {
    const running = (stage = await setStage(good));
    expect((await running.ask()).status).toBe(200);
    running.clock.shift(TWO_HOURS);
    revoke(running.sandbox);
    const { status, text } = await running.ask();
    expect(status).toBe(502);
    expect(text).toMatch(revoked);
    expect(text).toContain('"code":"upstream_auth"');
  });

  it('wrong: the client reads why', async () => {
    stage = await setStage({ ...good, account: wrong.account });
    const { status, text } = await stage.ask();
    expect(status).toBe(502);
    expect(text).toMatch(wrong.says);
  });

  it.each([
    ['behind', FIVE_MINUTES],
    ['ahead', -FIVE_MINUTES],
  ])('works where the clock of this machine is five minutes %s', async (_which, aheadMs) => {
    stage = await setStage({ ...good, aheadMs });
    const statuses = await Promise.all(Array.from({ length: 20 }, () => stage!.ask()));
    expect(statuses.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200));
  });
});

describe('an expired session', () => {
  it.each(['json', 'event'] as const)('is found in a stream, told as %s', async (sessionRefusalOnStream) => {
    const running = (stage = await setStage({
      credentials: { sessions: {} },
      switches: { sessionRefusalOnStream },
      account: login,
    }));
    running.clock.shift(TWO_HOURS);
    const { text } = await running.stream('sandbox> say ok');
    expect(text).toContain('data: [DONE]');
    expect(text).not.toContain('"error"');
    expect(running.sandbox.requests.map(({ path }) => path.replace(/\?.*/, ''))).toEqual([
      '/api/v2/cortex/v1/messages',
      '/session/token-request',
      '/api/v2/cortex/v1/messages',
    ]);
  });

  it('without a master token is told, and not tried again', async () => {
    stage = await setStage({
      credentials: { sessions: {} },
      account: ({ sandbox }) => ({ session: { token: sandbox.credentials.openSession().sessionToken } }),
    });
    stage.clock.shift(TWO_HOURS);
    const { status, text } = await stage.ask();
    expect(status).toBe(502);
    expect(text).toMatch(/390112.*The Snowflake session has expired/);
    expect(stage.sandbox.requests).toHaveLength(1);
  });
});

describe('what no new token mends', () => {
  it('a network policy is asked for once, and told', async () => {
    stage = await setStage({
      credentials: { tokens: { 'pat-1': { networkPolicy: false } } },
      account: inFolder(() => ({ token_file: put('pat', 'pat-1') })),
    });
    const { text } = await stage.ask();
    expect(text).toMatch(/Network policy is required.*PAT_POLICY/);
    expect(stage.sandbox.requests).toHaveLength(1);
  });

  it('a role outside the restriction of the token', async () => {
    stage = await setStage({
      credentials: { tokens: { 'pat-1': { role: 'SANDBOX_ROLE' } } },
      account: () => ({ token: 'pat-1', role: 'ACCOUNTADMIN' }),
    });
    expect((await stage.ask()).text).toMatch(/Role 'ACCOUNTADMIN' specified/);
  });
});

it('role and warehouse travel with every request', async () => {
  stage = await setStage({ account: () => ({ token: 'sandbox-me', role: 'SANDBOX_ROLE', warehouse: 'WH' }) });
  expect((await stage.ask()).status).toBe(200);
  expect(stage.sandbox.requests[0]!.headers).toMatchObject({
    'x-snowflake-role': 'SANDBOX_ROLE',
    'x-snowflake-warehouse': 'WH',
  });
});

it('all models of an account share one login', async () => {
  const running = (stage = await setStage({
    credentials: { oauth: OAUTH },
    account: oauthAccount({ client_secret: 'the-secret' }),
  }));
  await Promise.all([running.ask(), running.ask('sandbox> say ok', LLAMA), running.ask()]);
  const logins = running.sandbox.requests.filter(({ path }) => path === '/oauth/token-request');
  expect(logins).toHaveLength(1);
});
