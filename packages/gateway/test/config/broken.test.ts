// What a person reads after a mistake: where it is, what is wrong, what was probably meant.
import { describe, expect, it } from 'vitest';
import { errorOf } from './load.ts';

const TOKEN = { SNOWFLAKE_ACCOUNT: 'acme-main', SNOWFLAKE_PAT: 'the-token' };

describe('our own file', () => {
  it.each([
    ['an empty file', '', 'config.yaml:1:1 The file is empty. Give it at least one model.'],
    ['only comments', '# nothing\n', 'config.yaml:1:1 The file is empty. Give it at least one model.'],
    [
      'a list',
      '- a\n- b\n',
      'config.yaml:1:1 The file must be a mapping of settings, like "model_list:" or "models:".',
    ],
    ['a tab', 'server:\n\tport: 1\n', 'config.yaml:2:1 The line is indented with a tab. YAML takes spaces only.'],
    [
      'a duplicate key',
      'retries: 1\nretries: 2\n',
      'config.yaml:2:1 The key "retries" stands twice in this mapping. Keep one of them.',
    ],
    ['an unknown key', 'modles: []\n', 'config.yaml:1:1 modles: unknown key (did you mean "models"?).'],
    [
      'an unknown key inside a model',
      'models:\n  - name: a\n    wieght: 2\n',
      'config.yaml:3:5 models.0.wieght: unknown key (did you mean "weight"?).',
    ],
    [
      'an unknown key far from any',
      'server: { zzzzzz: 1 }\n',
      'config.yaml:1:11 server.zzzzzz: unknown key. Known here: host, port, tls, drain_delay, drain_timeout, workers, headers_timeout, request_timeout, keep_alive, max_connections.',
    ],
    ['text for a number', 'server:\n  port: often\n', 'config.yaml:2:9 server.port: expected a number, got text.'],
    ['a port out of range', 'server:\n  port: 70000\n', 'config.yaml:2:9 server.port: must be at most 65535.'],
    [
      'a negative weight',
      'models:\n  - { name: a, weight: -1 }\n',
      'config.yaml:2:24 models.0.weight: must be more than 0.',
    ],
    ['a mapping for a list', 'models: { name: a }\n', 'config.yaml:1:9 models: expected a list, got a mapping.'],
    ['a missing name', 'models:\n  - model: a\n', 'config.yaml:2:5 models.0.name: is missing.'],
    [
      'a word of no choice',
      'models:\n  - { name: a, api: mesages }\n',
      'config.yaml:2:21 models.0.api: expected one of "chat-completions", "messages", "complete" (did you mean "messages"?).',
    ],
    [
      'a duration without sense',
      'timeouts: { total: soon }\n',
      'config.yaml:1:20 timeouts.total: expected a duration like 90s, 10m or 500ms, more than 0 and at most 24 days.',
    ],
    ['half of TLS', 'server: { tls: { key: a.pem } }\n', 'config.yaml:1:16 server.tls.cert: is missing.'],
    [
      'an unset variable that everything needs',
      'server:\n  host: ${NOWHERE}\nmodels: [{ name: a }]\n',
      'config.yaml:2:9 server.host: the environment variable NOWHERE is not set. Set it, or put it into the .env file beside the configuration.',
    ],
    [
      'an account that is not there',
      'accounts: { main: { token: t } }\nmodels:\n  - { name: a, account: mian }\n',
      'config.yaml:3:25 models.0.account: names the account "mian", which is not under accounts (did you mean "main"?).',
    ],
    [
      'no account among several',
      'accounts: { one: { token: t }, two: { token: t } }\nmodels:\n  - { name: a }\n',
      'config.yaml:3:5 models.0: must name its account, since there are several: one, two.',
    ],
    [
      'several accounts and no models',
      'accounts: { one: { token: t }, two: { token: t } }\n',
      'config.yaml:1:11 accounts: there are several (one, two): list what each one serves under "models".',
    ],
    [
      'a key where a token belongs',
      'models:\n  - { name: a, api_key: k }\n',
      'config.yaml:2:25 models.0.api_key: belongs to other providers. Put a Snowflake token under accounts, as "token".',
    ],
    [
      'an account of another provider',
      'models:\n  - { name: a, provider: openai, account: x, api_key: k }\n',
      'config.yaml:2:43 models.0.account: names a Snowflake account, but the provider is "openai". Remove one of them.',
    ],
    [
      'an address with a placeholder',
      'accounts: { main: { account: <youraccount>, token: t } }\nmodels:\n  - name: a\n',
      'config.yaml:3:11 models.0: The address "<youraccount>" still has the placeholder "<youraccount>". Write your own there, like "myorg-myaccount".',
    ],
    [
      'an address of another site',
      'models:\n  - name: a\n    api_base: https://app.snowflake.com/x\n',
      'config.yaml:3:15 models.0: The address "https://app.snowflake.com/x" is the address of the Snowsight website. Take the account identifier from Snowsight: your profile, Account, "View account details".',
    ],
  ])('%s', (_what, text, message) => {
    expect(errorOf(text, TOKEN)).toBe(message);
  });

  it('open quotes', () => {
    expect(errorOf('master_key: "abc\n', TOKEN)).toMatch(/^config\.yaml:\d+:\d+ The YAML cannot be read: .*quote.*\.$/);
  });

  it('names every mistake at once', () => {
    expect(errorOf('retires: 1\nserver: { port: x }\nlog: { level: loud }\n', TOKEN).split('\n')).toHaveLength(3);
  });

  it('needs a token, and says which variable to set', () => {
    expect(errorOf('models: [{ name: a }]\n', { SNOWFLAKE_ACCOUNT: 'acme-main' })).toBe(
      'config.yaml:1:10 models.0: has no Snowflake token. Set SNOWFLAKE_PAT, or give the account its "token".',
    );
  });
});

describe("LiteLLM's file", () => {
  it.each([
    ['a mapping of models', 'model_list: { a: b }\n', 'config.yaml:1:13 model_list: expected a list of models.'],
    [
      'a model without a name',
      'model_list:\n  - litellm_params: { model: snowflake/a }\n',
      'config.yaml:2:5 model_list.0.model_name: is missing: the name clients ask for.',
    ],
    [
      'a model without parameters',
      'model_list:\n  - model_name: a\n',
      'config.yaml:2:5 model_list.0.litellm_params: is missing: what serves the model, at least "model".',
    ],
    [
      'a Cortex API that there is not',
      'model_list:\n  - model_name: a\n    litellm_params: { model: snowflake/llama3.1-8b, api_key: pat/x, account_id: acme-main, cortex_api: fast }\n',
      'config.yaml:3:104 model_list.0.litellm_params.cortex_api: expected one of "chat-completions", "messages", "complete".',
    ],
    [
      'a bare Cortex name',
      'model_list:\n  - model_name: a\n    litellm_params: { model: llama3.1-8b }\n',
      'config.yaml:3:30 model_list.0.litellm_params.model: does not say who serves "llama3.1-8b". Put the provider in front, like "snowflake/llama3.1-8b".',
    ],
    [
      'a provider that speaks otherwise',
      'model_list:\n  - model_name: a\n    litellm_params: { model: bedrock/x }\n',
      'config.yaml:3:30 model_list.0.litellm_params.model: names the provider "bedrock", which has no API that Couloir speaks. Use snowflake/, openai/ with an api_base, anthropic/ or gemini/.',
    ],
    [
      'text for a number',
      'model_list:\n  - model_name: a\n    litellm_params: { model: snowflake/a }\nlitellm_settings:\n  num_retries: often\n',
      'config.yaml:5:16 litellm_settings.num_retries: expected a number.',
    ],
    [
      'a credential that is not listed',
      'model_list:\n  - model_name: a\n    litellm_params: { model: snowflake/a, litellm_credential_name: b }\n',
      'config.yaml:3:68 model_list.0.litellm_params.litellm_credential_name: is not in credential_list.',
    ],
    [
      'an include that does not exist',
      'model_list: []\ninclude: [nowhere.yaml]\n',
      'nowhere.yaml: the file does not exist. Give --config the path of a YAML file.',
    ],
  ])('%s', (_what, text, message) => {
    expect(errorOf(text, TOKEN)).toBe(message);
  });
});

describe('the environment and flags', () => {
  it.each([
    [
      { SNOWFLAKE_ACCOUNT: 'acme-main' },
      'SNOWFLAKE_ACCOUNT: is set, but there is no token for it. Set one of SNOWFLAKE_PAT, SNOWFLAKE_CORTEX_PAT, SNOWFLAKE_TOKEN, SNOWFLAKE_JWT, SNOWFLAKE_CORTEX_API_KEY, SNOWFLAKE_API_KEY; a programmatic access token is made in Snowsight under your profile. To try Couloir without an account, unset it.',
    ],
    [
      { ...TOKEN, SNOWFLAKE_PAT: 'pat/<your_pat>' },
      'SNOWFLAKE_PAT: still has the placeholder "<your_pat>". Put the token there.',
    ],
    [{ ...TOKEN, COULOIR_PORT: 'http' }, 'COULOIR_PORT: expected a port from 0 to 65535.'],
    [
      { ...TOKEN, COULOIR_LOG_LEVEL: 'loud' },
      'COULOIR_LOG_LEVEL: expected one of fatal, error, warn, info, debug, trace, silent.',
    ],
    [
      { ...TOKEN, COULOIR_MASTER_KEY: 'two words' },
      'COULOIR_MASTER_KEY: the master key is empty or has spaces or characters that no HTTP header may carry.',
    ],
    [
      { ...TOKEN, SSL_KEYFILE_PATH: 'key.pem' },
      'tls: HTTPS was given a key but no certificate. Give both --tls-key and --tls-cert, or neither.',
    ],
  ])('%j', (env, message) => {
    expect(errorOf(undefined, env)).toBe(message);
  });
});
