// A secret that went in never comes out: not in explain, not in notes, not in errors, not in JSON, not in inspection.
import { inspect } from 'node:util';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { explainSettings } from '../../src/config/explain.ts';
import { ConfigError } from '../../src/config/problem.ts';
import { resolveDeployment } from '../../src/upstream/deployment.ts';
import { offlineTokens } from '../support/tokens.ts';
import { fixture, load } from './load.ts';

/** Letters that occur in no word of ours, so that finding one is no accident. */
const secret = fc.stringMatching(/^[QZXJ]{12,24}$/);

function everythingSaid(act: () => ReturnType<typeof load>): string {
  try {
    const loaded = act();
    const resolved = loaded.settings.deployments.map((deployment) => resolveDeployment(deployment, offlineTokens()));
    return [loaded, explainSettings(loaded), resolved, loaded.settings]
      .map((value) => `${JSON.stringify(value)}${inspect(value, { depth: 20 })}`)
      .join('\n');
  } catch (cause) {
    if (!(cause instanceof ConfigError)) throw cause;
    return `${cause.message}${JSON.stringify(cause.problems)}${inspect(cause)}`;
  }
}

const FILES: [string, string, Record<string, (value: string) => string>][] = [
  [
    'quickstart',
    fixture('quickstart.litellm.yaml').replace('<youraccount>', 'acme-main'),
    { SNOWFLAKE_PAT: (value) => `pat/${value}`, LITELLM_MASTER_KEY: (value) => `sk-${value}` },
  ],
  [
    'our own',
    fixture('full.couloir.yaml'),
    { SNOWFLAKE_PAT: (value) => value, CHINA_TOKEN: (value) => value, COULOIR_KEY: (value) => value },
  ],
  [
    'broken, ours',
    'master_key: ${KEY}\naccounts: { a: { token: "${KEY}", token_type: "${KEY}" } }\nmodels: [{ name: a, wieght: 1, weight: "${KEY}" }]\n',
    { KEY: (value) => value },
  ],
  [
    'broken, LiteLLM',
    'model_list:\n  - model_name: a\n    litellm_params: { model: snowflake/a, api_key: os.environ/KEY, rpm: os.environ/KEY }\n',
    { KEY: (value) => value },
  ],
  [
    'OAuth and a session',
    'accounts:\n  a: { account: a-b, oauth: { token_url: "https://x.example/t", client_id: i, client_secret: "${KEY}", refresh_token: "${KEY}" } }\n  b: { account: a-b, session: { token: "${KEY}", master_token: "${KEY}" } }\nmodels: [{ name: a, account: a }, { name: b, account: b }]\n',
    { KEY: (value) => value },
  ],
  [
    'a key that is none',
    'accounts: { a: { account: a-b, user: u, private_key: "${KEY}", private_key_passphrase: "${KEY}" } }\nmodels: [{ name: a }]\n',
    { KEY: (value) => `-----BEGIN ENCRYPTED PRIVATE KEY-----\n${value}` },
  ],
  [
    'a token with a line break',
    'model_list:\n  - model_name: a\n    litellm_params: { model: snowflake/a, api_base: acme, api_key: os.environ/KEY }\n',
    { KEY: (value) => `${value}\n${value}` },
  ],
];

it.each(FILES)('%s', (_what, text, variables) => {
  fc.assert(
    fc.property(secret, (value) => {
      const env = Object.fromEntries(Object.entries(variables).map(([name, write]) => [name, write(value)]));
      expect(everythingSaid(() => load(text, env))).not.toContain(value);
    }),
    { numRuns: 20 },
  );
});

it('without a file', () => {
  fc.assert(
    fc.property(secret, (value) => {
      const env = { SNOWFLAKE_ACCOUNT: 'acme-main', SNOWFLAKE_PAT: value, COULOIR_MASTER_KEY: value };
      expect(everythingSaid(() => load(undefined, env))).not.toContain(value);
    }),
    { numRuns: 10 },
  );
});
