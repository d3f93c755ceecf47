import { describe, expect, it } from 'vitest';
import { VERSION } from '../version.ts';
import { type BannerFacts, writeBanner } from './banner.ts';

const FACTS: BannerFacts = {
  url: 'http://127.0.0.1:4000',
  key: { kind: 'given', origin: 'LITELLM_MASTER_KEY' },
  models: ['cortex-claude-4-sonnet'],
  aliases: {},
};

it('says all that the quickstart needs: base URL, key, model, and a curl to paste', () => {
  expect(writeBanner(FACTS)).toBe(
    `Couloir ${VERSION} serves 1 model.

  Base URL  http://127.0.0.1:4000/v1
  API key   from LITELLM_MASTER_KEY
  Console   http://127.0.0.1:4000/console/
  Models    cortex-claude-4-sonnet

Cursor (Settings > Models). Cursor's servers make the calls, so give the Base URL a public HTTPS address:
  Override OpenAI Base URL  http://127.0.0.1:4000/v1
  OpenAI API Key            the API key above
  Model name                cortex-claude-4-sonnet

Try it:
  curl -sS http://127.0.0.1:4000/v1/chat/completions \\
    -H "Authorization: Bearer $LITELLM_MASTER_KEY" \\
    -H "Content-Type: application/json" \\
    -d '{"model":"cortex-claude-4-sonnet","messages":[{"role":"user","content":"ping"}]}'`,
  );
});

describe('the key', () => {
  it('is shown in clear when it was just generated', () => {
    const text = writeBanner({
      ...FACTS,
      key: { kind: 'generated', file: '/srv/couloir/master-key', value: 'sk-new' },
    });
    expect(text).toContain('API key   sk-new  (generated, shown this once, kept in /srv/couloir/master-key)');
    expect(text).toContain('Authorization: Bearer sk-new');
  });

  it('is read from its file afterwards', () => {
    const text = writeBanner({ ...FACTS, key: { kind: 'kept', file: '/srv/couloir/master-key' } });
    expect(text).toContain('API key   kept in /srv/couloir/master-key');
    expect(text).toContain('Authorization: Bearer $(cat /srv/couloir/master-key)');
  });
});

it('begins by saying that Snowflake is simulated', () => {
  const [first] = writeBanner({ ...FACTS, sandboxUrl: 'http://127.0.0.1:4010' }).split('\n');
  expect(first).toMatch(/SANDBOX: Snowflake is simulated \(http:\/\/127\.0\.0\.1:4010\)/);
});

it('shows a few models with their Cursor-safe names, the usual ones first', () => {
  const models = ['claude-opus-5', 'a', 'b', 'c', 'd', 'e', 'f', 'claude-sonnet-4-6'];
  const aliases = {
    'cortex-claude-sonnet-4-6': { model: 'claude-sonnet-4-6', hidden: true },
    'cortex-sonnet-4-6': { model: 'claude-sonnet-4-6', hidden: false },
  };
  const text = writeBanner({ ...FACTS, models, aliases });
  expect(text).toContain('serves 8 models.');
  expect(text).toContain('  Models    claude-sonnet-4-6, also cortex-sonnet-4-6\n            claude-opus-5\n');
  expect(text).toContain('and 2 more: GET /v1/models');
  expect(text).toContain('Model name                cortex-sonnet-4-6');
});

it('turns a wildcard address into one that can be typed', () => {
  expect(writeBanner({ ...FACTS, url: 'http://0.0.0.0:4000' })).toContain('Base URL  http://127.0.0.1:4000/v1');
  expect(writeBanner({ ...FACTS, url: 'https://[::]:4000' })).toContain('Base URL  https://[::1]:4000/v1');
});
