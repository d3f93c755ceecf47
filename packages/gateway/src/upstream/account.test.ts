import { describe, expect, it } from 'vitest';
import { cortexAddress, providerAddress } from './account.ts';

const MAIN = 'https://acme-main.snowflakecomputing.com';

describe('every way to write an account', () => {
  it.each([
    ['acme-main', MAIN],
    ['ACME-Main', MAIN],
    ['  acme-main ', MAIN],
    ['acme-my_account', 'https://acme-my-account.snowflakecomputing.com'],
    ['xy12345.eu-west-1', 'https://xy12345.eu-west-1.snowflakecomputing.com'],
    ['xy12345.west-europe.azure', 'https://xy12345.west-europe.azure.snowflakecomputing.com'],
    ['acme-main.privatelink', 'https://acme-main.privatelink.snowflakecomputing.com'],
    ['acme-main.snowflakecomputing.com', MAIN],
    ['https://acme-main.snowflakecomputing.com/', MAIN],
  ])('account "%s" is %s', (account, origin) => {
    expect(cortexAddress({ account }).origin).toBe(origin);
  });
});

describe('every way to write an api_base', () => {
  it.each([
    'acme-main',
    'acme-main.snowflakecomputing.com',
    'acme-main.snowflakecomputing.com/api/v2',
    'https://acme-main.snowflakecomputing.com',
    'https://acme-main.snowflakecomputing.com/',
    'https://ACME-main.snowflakecomputing.com//',
    'https://acme_main.snowflakecomputing.com',
    'https://acme-main.snowflakecomputing.com/api/v2',
    'https://acme-main.snowflakecomputing.com/api/v2/',
    'https://acme-main.snowflakecomputing.com/api/v2/cortex',
    'https://acme-main.snowflakecomputing.com/api/v2/cortex/v1',
    'https://acme-main.snowflakecomputing.com/api/v2/cortex/v1/',
    'https://acme-main.snowflakecomputing.com/api/v2/cortex/inference:complete',
    'https://acme-main.snowflakecomputing.com/api/v2/cortex/v1/chat/completions',
    'https://acme-main.snowflakecomputing.com/api/v2/cortex/v1/messages',
    'https://acme-main.snowflakecomputing.com:443/api/v2',
  ])('%s', (apiBase) => {
    expect(cortexAddress({ apiBase })).toMatchObject({
      origin: MAIN,
      urls: {
        chatCompletions: `${MAIN}/api/v2/cortex/v1/chat/completions`,
        messages: `${MAIN}/api/v2/cortex/v1/messages`,
        embed: `${MAIN}/api/v2/cortex/inference:embed`,
        models: `${MAIN}/api/v2/cortex/models`,
      },
    });
  });

  it.each([
    ['https://acme.privatelink.snowflakecomputing.com/api/v2', 'https://acme.privatelink.snowflakecomputing.com'],
    ['https://acme.snowflakecomputing.cn', 'https://acme.snowflakecomputing.cn'],
    ['http://127.0.0.1:4010', 'http://127.0.0.1:4010'],
    ['127.0.0.1:4010', 'http://127.0.0.1:4010'],
    ['localhost:4010', 'http://localhost:4010'],
    ['http://[::1]:4010/api/v2/cortex/v1', 'http://[::1]:4010'],
    ['https://proxy.acme.example/snowflake/api/v2', 'https://proxy.acme.example/snowflake'],
  ])('%s keeps its host and its own path', (apiBase, root) => {
    expect(cortexAddress({ apiBase }).urls.messages).toBe(`${root}/api/v2/cortex/v1/messages`);
  });

  it('says which API a pasted endpoint names', () => {
    const api = (path: string) => cortexAddress({ apiBase: `${MAIN}/api/v2/cortex/${path}` }).api;
    expect([api('v1/chat/completions'), api('v1/messages'), api('inference:complete'), api('v1')]).toEqual([
      'chat-completions',
      'messages',
      'complete',
      undefined,
    ]);
  });

  it.each([
    ['', undefined],
    ['/v1', undefined],
    ['/v1/chat/completions', 'chat-completions'],
    ['/v1/messages', 'messages'],
  ] as const)('sends through an AI Gateway what its address names: …/SNOWFLAKE%s', (path, api) => {
    const gateway = `${MAIN}/api/v2/aigateways/SNOWFLAKE`;
    const address = cortexAddress({ apiBase: gateway + path });
    expect(address).toMatchObject({
      aiGateway: 'SNOWFLAKE',
      urls: {
        chatCompletions: `${gateway}/v1/chat/completions`,
        messages: `${gateway}/v1/messages`,
        embed: `${MAIN}/api/v2/cortex/inference:embed`,
        statements: `${MAIN}/api/v2/statements`,
      },
    });
    expect(address.api).toBe(api);
  });
});

describe('wrong addresses say what is wrong', () => {
  it.each([
    ['', 'The address is empty. Write your account identifier, like "myorg-myaccount".'],
    [
      'https://<youraccount>.snowflakecomputing.com/api/v2',
      'The address "https://<youraccount>.snowflakecomputing.com/api/v2" still has the placeholder "<youraccount>". Write your own there, like "myorg-myaccount".',
    ],
    [
      'YOUR-ACCOUNT',
      'The address "YOUR-ACCOUNT" still has the placeholder "YOUR-ACCOUNT". Write your own there, like "myorg-myaccount".',
    ],
    [
      'https://{account}.snowflakecomputing.com',
      'The address "https://{account}.snowflakecomputing.com" still has the placeholder "{account}". Write your own there, like "myorg-myaccount".',
    ],
    [
      'http://acme-main.snowflakecomputing.com',
      'The address "http://acme-main.snowflakecomputing.com" would send the token unencrypted. Use https:// (http:// is for a sandbox on this machine).',
    ],
    [
      'http://127.attacker.example',
      'The address "http://127.attacker.example" would send the token unencrypted. Use https:// (http:// is for a sandbox on this machine).',
    ],
    [
      'ftp://acme-main.snowflakecomputing.com',
      'The address "ftp://acme-main.snowflakecomputing.com" must begin with https://.',
    ],
    [
      'acme main',
      'The address "acme main" has characters that no account identifier has. It looks like "myorg-myaccount" or "ab12345.eu-west-1".',
    ],
    [
      'acme@attacker.example',
      'The address "acme@attacker.example" has characters that no account identifier has. It looks like "myorg-myaccount" or "ab12345.eu-west-1".',
    ],
    [
      'https://acme.snowflakecomputing.com@attacker.example/api/v2',
      'The address holds a user name or password before "@". Remove them: the token has a setting of its own.',
    ],
    [
      'https://app.snowflake.com/acme/main',
      'The address "https://app.snowflake.com/acme/main" is the address of the Snowsight website. Take the account identifier from Snowsight: your profile, Account, "View account details".',
    ],
    [
      'https://acme.snowflakecomputing.org',
      'The address "https://acme.snowflakecomputing.org" is not a Snowflake host: those end in ".snowflakecomputing.com".',
    ],
    [
      'https://acme-main.snowflakecomputing.com/console/login',
      'The address "https://acme-main.snowflakecomputing.com/console/login" has the path "/console/login". Snowflake serves Cortex under "/api/v2/cortex"; leave the path away.',
    ],
    [
      'https://acme-main.snowflakecomputing.com/?role=x',
      'The address "https://acme-main.snowflakecomputing.com/?…" has a "?" or "#" part. Leave it away.',
    ],
    [
      'https://acme..x.snowflakecomputing.com',
      'The address "https://acme..x.snowflakecomputing.com" is not a Snowflake host. It looks like "myorg-myaccount.snowflakecomputing.com".',
    ],
    ['ftp://me:secret@acme.example/?key=secret', 'The address "ftp://…@acme.example/?…" must begin with https://.'],
  ])('%s', (apiBase, message) => {
    expect(() => cortexAddress({ apiBase })).toThrow(message);
  });

  it.each(['attacker.example/x', 'attacker.example:443', 'https://attacker.example'])(
    'an account is never another host: %s',
    (account) => {
      expect(() => cortexAddress({ account })).toThrow(
        `The address "${account}" is not a Snowflake account. It looks like "myorg-myaccount" or "ab12345.eu-west-1".`,
      );
    },
  );
});

describe("other providers' addresses", () => {
  it.each([
    ['https://api.openai.com/v1', 'chat/completions', 'https://api.openai.com/v1/chat/completions'],
    ['https://api.openai.com/v1/', 'chat/completions', 'https://api.openai.com/v1/chat/completions'],
    ['https://x.example/v1/chat/completions', 'chat/completions', 'https://x.example/v1/chat/completions'],
    ['http://127.0.0.1:11434/v1', 'chat/completions', 'http://127.0.0.1:11434/v1/chat/completions'],
    ['https://x.example/v1?api-version=1', 'chat/completions', 'https://x.example/v1/chat/completions?api-version=1'],
    ['https://api.anthropic.com', 'messages', 'https://api.anthropic.com/v1/messages'],
    ['https://api.anthropic.com/v1', 'messages', 'https://api.anthropic.com/v1/messages'],
    ['https://api.anthropic.com/v1/messages', 'messages', 'https://api.anthropic.com/v1/messages'],
  ] as const)('%s + %s', (apiBase, endpoint, url) => {
    expect(providerAddress(apiBase, endpoint)).toBe(url);
  });
});
