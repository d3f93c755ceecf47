// Snowflake's own connection files, read as its CLI reads them.
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { formatProblem } from '../../src/config/problem.ts';
import { type LoadedSettings, loadSettings } from '../../src/config/load.ts';
import { ConfigError } from '../../src/config/problem.ts';
import { ConnectionFiles } from '../../src/config/snowflake/connection-files.ts';
import { credentialOf } from '../../src/config/snowflake/credential.ts';
import { locateIn } from '../../src/config/snowflake/folder.ts';
import { Secret } from '../../src/kit/secret.ts';
import { cortexKnowledge } from '../../src/upstream/knowledge.ts';
import { rsaKeyPair } from './stage.ts';

const FIXTURES = join(import.meta.dirname, '../../../../fixtures/snowflake-connections');
const keys = rsaKeyPair();

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'couloir-snowflake-'));
  mkdirSync(join(home, '.snowflake'));
  mkdirSync(join(home, 'cwd'));
  write('sf_private_key.p8', keys.privateKey);
  write('cwd/path-to-pat-token', 'the-pat\n');
  write('cwd/my-token.txt', 'the-oauth-token\n');
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

function write(path: string, text: string, mode = 0o600): string {
  const file = join(home, path);
  writeFileSync(file, text);
  chmodSync(file, mode);
  return file;
}

function copy(name: string): void {
  cpSync(join(FIXTURES, name), join(home, '.snowflake', name));
  chmodSync(join(home, '.snowflake', name), 0o600);
}

function load(env: Record<string, string> = {}, config?: string): LoadedSettings {
  if (config !== undefined) writeFileSync(join(home, 'cwd', 'couloir.yaml'), config);
  return loadSettings({
    env: { HOME: home, ...env },
    cwd: join(home, 'cwd'),
    home: join(home, '.couloir'),
    cortex: cortexKnowledge,
  });
}

function problemsOf(act: () => unknown): string {
  try {
    act();
  } catch (cause) {
    if (cause instanceof ConfigError) return cause.message;
    throw cause;
  }
  throw new Error('It was accepted.');
}

describe("the documentation's examples", () => {
  const read = (name: string, env: Record<string, string> = {}) => {
    copy('config.toml');
    const environment = { HOME: home, ...env };
    const { parameters } = new ConnectionFiles(environment).named(name);
    return credentialOf(parameters, locateIn(join(home, 'cwd'), environment));
  };

  it.each<[string, Record<string, string>, () => object]>([
    [
      'jwt',
      {},
      () => ({
        kind: 'snowflake-key-pair',
        account: 'my_account',
        user: 'jdoe',
        privateKey: { file: join(home, 'sf_private_key.p8') },
      }),
    ],
    ['oauth', {}, () => ({ kind: 'snowflake-token', type: 'OAUTH', token: { file: join(home, 'cwd/my-token.txt') } })],
    [
      'oauth3',
      {},
      () => ({
        kind: 'snowflake-oauth',
        tokenUrl: 'http://identity.provider.com/token',
        clientId: 'client_id',
        clientSecret: new Secret('client_secret'),
        scope: 'session:role:PUBLIC',
        clientAuthentication: 'basic',
        parameters: {},
      }),
    ],
    [
      'pat',
      {},
      () => ({
        kind: 'snowflake-token',
        type: 'PROGRAMMATIC_ACCESS_TOKEN',
        token: { file: join(home, 'cwd/path-to-pat-token') },
      }),
    ],
    [
      'my_wif_conn',
      { SNOWFLAKE_CONNECTIONS_MY_WIF_CONN_TOKEN: 'attestation' },
      () => ({ kind: 'snowflake-workload-identity', provider: 'OIDC', token: new Secret('attestation') }),
    ],
    ['testingconnection', { SNOWFLAKE_TOKEN: 't' }, () => ({ kind: 'snowflake-token', token: new Secret('t') })],
    [
      'jwt',
      { PRIVATE_KEY_PASSPHRASE: 'open', SNOWFLAKE_CONNECTIONS_JWT_USER: 'other' },
      () => ({
        kind: 'snowflake-key-pair',
        account: 'my_account',
        user: 'other',
        privateKey: { file: join(home, 'sf_private_key.p8') },
        passphrase: new Secret('open'),
      }),
    ],
  ])('%s with %j', (name, env, credential) => {
    expect(read(name, env)).toMatchObject({ credential: credential() });
  });

  it.each([
    ['myconnection', /signs in with a password/],
    ['mfa', /signs in with a password/],
    ['externalbrowser', /signs in through a browser\. Give it a programmatic access token/],
    ['oauth2', /signs in through a browser/],
    ['my_wif_conn', /has no attestation of OIDC/],
  ])('%s needs a person, and says what to do instead', (name, message) => {
    expect(read(name)).toMatchObject({ unusable: expect.stringMatching(message) as string });
  });
});

describe('which file, which connection', () => {
  it('connections.toml hides the connections of config.toml, which still names the default', () => {
    copy('config.toml');
    copy('connections.toml');
    expect(problemsOf(() => load({ SNOWFLAKE_DEFAULT_CONNECTION_NAME: 'jwt' }))).toBe(
      `${join(home, '.snowflake/connections.toml')}: there is no connection "jwt". There are: myconnection.`,
    );
    const { settings, source, origins } = load({ SNOWFLAKE_DEFAULT_CONNECTION_NAME: 'myconnection' });
    expect(source).toBe('environment');
    expect(settings.deployments[0]).toMatchObject({
      base: { account: 'myorganization-myaccount' },
      role: 'analyst',
      warehouse: 'my-wh',
    });
    expect(origins['deployments']).toBe(`connection "myconnection" of ${join(home, '.snowflake/connections.toml')}`);
  });

  it('without anything else, the default connection is served', () => {
    copy('config.toml');
    const { settings, source, notes } = load();
    expect(source).toBe('environment');
    expect(notes).toEqual([]);
    expect(settings.deployments[0]).toMatchObject({
      base: { account: 'my_account' },
      credential: { kind: 'snowflake-key-pair', user: 'jdoe' },
    });
  });

  it('an account in the environment needs no connection, and gets none', () => {
    copy('config.toml');
    const { settings } = load({ SNOWFLAKE_ACCOUNT: 'acme-main', SNOWFLAKE_PAT: 'p' });
    expect(settings.deployments[0]).toMatchObject({ base: { account: 'acme-main' } });
    expect(settings.deployments[0]!.role).toBeUndefined();
  });

  it('a default that needs a person is told, and the sandbox starts; with a token beside it, it is served', () => {
    write('.snowflake/connections.toml', '[default]\naccount = "a-b"\nauthenticator = "externalbrowser"\n');
    const { source, notes } = load();
    expect(source).toBe('sandbox');
    expect(notes.map(formatProblem)).toEqual([
      expect.stringMatching(
        /^connection "default" of .*connections\.toml: signs in through a browser\. .* It is not used\.$/,
      ),
    ]);
    expect(load({ SNOWFLAKE_PAT: 'p' }).settings.deployments[0]).toMatchObject({
      base: { account: 'a-b' },
      credential: { kind: 'snowflake-token' },
    });
  });

  it('variables of the connection win over the file, which wins over generic variables', () => {
    write(
      '.snowflake/connections.toml',
      '[dev]\naccount = "in-file"\nuser = "FILE"\nrole = "file_role"\ntoken = "t"\n',
    );
    const { settings } = load({
      SNOWFLAKE_DEFAULT_CONNECTION_NAME: 'dev',
      SNOWFLAKE_CONNECTIONS_DEV_ACCOUNT: 'in-variable',
      SNOWFLAKE_ACCOUNT: 'generic',
      SNOWFLAKE_ROLE: 'generic_role',
      SNOWFLAKE_WAREHOUSE: 'generic_wh',
    });
    expect(settings.deployments[0]).toMatchObject({
      base: { account: 'in-variable' },
      role: 'file_role',
      warehouse: 'generic_wh',
    });
  });

  it.each([
    ['SNOWFLAKE_HOME', (folder: string) => ({ SNOWFLAKE_HOME: folder })],
    ['SNOWFLAKE_CONNECTIONS', () => ({ SNOWFLAKE_CONNECTIONS: '[default]\naccount = "else-where"\ntoken = "t"\n' })],
  ])('%s', (_what, env) => {
    mkdirSync(join(home, 'elsewhere'));
    write('elsewhere/connections.toml', '[default]\naccount = "else-where"\ntoken = "t"\n');
    expect(load(env(join(home, 'elsewhere'))).settings.deployments[0]!.base).toEqual({ account: 'else-where' });
  });

  it.skipIf(process.platform !== 'linux')("without ~/.snowflake, the platform's folder", () => {
    rmSync(join(home, '.snowflake'), { recursive: true });
    mkdirSync(join(home, '.config/snowflake'), { recursive: true });
    write('.config/snowflake/config.toml', '[connections.default]\naccount = "plat-form"\ntoken = "t"\n');
    expect(load().settings.deployments[0]!.base).toEqual({ account: 'plat-form' });
  });

  it('host, port, protocol and region make the address', () => {
    const base = (text: string) => {
      write('.snowflake/connections.toml', `[default]\ntoken = "sandbox-t"\n${text}`);
      return load().settings.deployments[0]!.base;
    };
    expect(base('account = "ab12345"\nregion = "eu-west-1"\n')).toEqual({ account: 'ab12345.eu-west-1' });
    expect(base('account = "a-b"\nhost = "a-b.privatelink.snowflakecomputing.com"\n')).toEqual({
      apiBase: 'a-b.privatelink.snowflakecomputing.com',
    });
    expect(base('account = "a"\nhost = "127.0.0.1"\nport = 4010\nprotocol = "http"\n')).toEqual({
      apiBase: 'http://127.0.0.1:4010',
    });
  });
});

describe('from couloir.yaml', () => {
  const yaml = (account: string) => `accounts: { main: ${account} }\nmodels: [{ name: llama3.1-8b }]\n`;

  it('a connection by name; what stands beside it wins', () => {
    copy('connections.toml');
    const { settings } = load({}, yaml('{ connection: myconnection, role: writer }'));
    expect(settings.deployments[0]).toMatchObject({
      base: { account: 'myorganization-myaccount' },
      credential: { token: { file: join(home, 'cwd/path-to-pat-token') } },
      role: 'writer',
      warehouse: 'my-wh',
    });
  });

  it.each([
    [
      '{ connection: mine }',
      /couloir\.yaml:1:33 accounts\.main\.connection: cannot be used\. .*there is no connection "mine"\. There are: myconnection\./,
    ],
    [
      '{ account: a-b, token: t, token_file: f }',
      /accounts\.main\.token_file: stands beside "token"\. Keep one of them\./,
    ],
    ['{ account: a-b, private_key: k }', /accounts\.main\.private_key: needs "user" beside it/],
    ['{ account: a-b, private_key_file: nowhere.p8, user: u }', /The private key file .*nowhere\.p8 does not exist/],
    [
      '{ account: a-b, oauth: { token_url: "ftp://x", client_id: i, client_secret: s } }',
      /The token endpoint must be an https:\/\/ URL/,
    ],
    [
      '{ account: a-b, oauth: { token_url: "https://x.example/t", client_id: i } }',
      /OAuth needs a client secret .* or a refresh token/,
    ],
    ['{ account: a-b, workload_identity: { provider: aws } }', /needs either "token_file" or "token"/],
    [
      '{ account: myorg.myaccount, token: t }',
      /has a dot between organization and account, or a region that is none\. Write "myorg-myaccount"\./,
    ],
    [
      '{ host: "http://127.0.0.1:1", user: u, private_key_file: ../sf_private_key.p8, account: "a b" }',
      /"a b" names no account for the claims/,
    ],
  ])('%s', (account, message) => {
    copy('connections.toml');
    expect(problemsOf(() => load({}, yaml(account)))).toMatch(message);
  });

  it('a connection that needs a person says so where it is named', () => {
    copy('config.toml');
    expect(problemsOf(() => load({}, yaml('{ connection: externalbrowser }')))).toMatch(
      /accounts\.main\.connection: names a connection that signs in through a browser\. Give it/,
    );
  });

  it('a locator without its region is served, with a warning', () => {
    expect(load({}, yaml('{ account: ab12345, token: t }')).notes.map(({ message }) => message)).toEqual([
      expect.stringContaining('"ab12345" looks like an account locator without its region'),
    ]);
  });
});

describe('files that cannot be used', () => {
  it.skipIf(process.platform === 'win32')('open to others', () => {
    const file = write('.snowflake/connections.toml', '[default]\naccount = "a-b"\ntoken = "t"\n', 0o644);
    const named = { SNOWFLAKE_DEFAULT_CONNECTION_NAME: 'default' };
    const message = `${file}: other users of this machine can read the file. Run: chmod 600 ${file}`;
    expect(problemsOf(() => load(named))).toBe(message);
    expect(load().source, 'nobody asked for it').toBe('sandbox');
    expect(load().notes.map(formatProblem)).toEqual([message]);
    const borne = load({ ...named, SF_SKIP_TOKEN_FILE_PERMISSIONS_VERIFICATION: 'true' });
    expect(borne.notes.map(formatProblem)).toEqual([message]);
    chmodSync(file, 0o622);
    expect(problemsOf(() => load({ ...named, SF_SKIP_TOKEN_FILE_PERMISSIONS_VERIFICATION: 'true' }))).toMatch(
      /can change/,
    );
  });

  it('no TOML', () => {
    const file = write('.snowflake/connections.toml', '[default]\naccount = secret-word\n');
    const message = problemsOf(() => load({ SNOWFLAKE_DEFAULT_CONNECTION_NAME: 'default' }));
    expect(message).toMatch(/^.*connections\.toml:2:\d+ The TOML cannot be read: /);
    expect(message).toContain(file);
    expect(message).not.toContain('secret-word');
  });

  it('a wrong name', () => {
    copy('connections.toml');
    expect(problemsOf(() => load({ SNOWFLAKE_DEFAULT_CONNECTION_NAME: 'myconection' }))).toMatch(
      /there is no connection "myconection"\. Did you mean "myconnection"\?/,
    );
  });

  it('a value where a connection belongs', () => {
    write('.snowflake/connections.toml', 'default = "x"\n');
    expect(problemsOf(() => load({ SNOWFLAKE_DEFAULT_CONNECTION_NAME: 'default' }))).toMatch(
      /"default" is no connection\. Write \[default\] and its settings below\./,
    );
  });
});

describe('the environment alone', () => {
  const account = { SNOWFLAKE_ACCOUNT: 'acme-main' };
  it.each<[string, Record<string, string>, object]>([
    [
      'a key pair',
      { SNOWFLAKE_USER: 'ada', SNOWFLAKE_PRIVATE_KEY_PATH: '~/sf_private_key.p8' },
      { kind: 'snowflake-key-pair', user: 'ada', account: 'acme-main' },
    ],
    [
      'a key pair inline',
      { SNOWFLAKE_USER: 'ada', SNOWFLAKE_PRIVATE_KEY_RAW: keys.privateKey },
      { kind: 'snowflake-key-pair' },
    ],
    ['a PAT in a file', { SNOWFLAKE_PAT_FILE: 'path-to-pat-token' }, { type: 'PROGRAMMATIC_ACCESS_TOKEN' }],
    [
      'a token in a file',
      { SNOWFLAKE_TOKEN_FILE_PATH: 'my-token.txt', SNOWFLAKE_AUTHENTICATOR: 'oauth' },
      { type: 'OAUTH' },
    ],
    [
      'an OAuth client',
      {
        SNOWFLAKE_OAUTH_CLIENT_ID: 'i',
        SNOWFLAKE_OAUTH_CLIENT_SECRET: 's',
        SNOWFLAKE_OAUTH_TOKEN_REQUEST_URL: 'https://idp.example/token',
      },
      { kind: 'snowflake-oauth', clientId: 'i' },
    ],
    ['a session', { SNOWFLAKE_SESSION_TOKEN: 's', SNOWFLAKE_MASTER_TOKEN: 'm' }, { kind: 'snowflake-session' }],
    [
      'a workload identity',
      {
        SNOWFLAKE_AUTHENTICATOR: 'WORKLOAD_IDENTITY',
        SNOWFLAKE_WORKLOAD_IDENTITY_PROVIDER: 'gcp',
        SNOWFLAKE_TOKEN: 'a',
      },
      { kind: 'snowflake-workload-identity', provider: 'GCP' },
    ],
  ])('%s', (_what, env, credential) => {
    expect(load({ ...account, ...env }).settings.deployments[0]!.credential).toMatchObject(credential);
  });

  it('a key without its user says so', () => {
    expect(problemsOf(() => load({ ...account, SNOWFLAKE_PRIVATE_KEY_PATH: '~/sf_private_key.p8' }))).toMatch(
      /^SNOWFLAKE_PRIVATE_KEY_FILE: has a private key and no user/,
    );
  });
});
