// Configurations that people copy: those in examples/, and those printed on pages.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadSettings } from '../../src/config/load.ts';
import { cortexKnowledge } from '../../src/upstream/knowledge.ts';
import { readText } from './repository.ts';

const ENVIRONMENT = {
  SNOWFLAKE_ACCOUNT: 'myorg-myaccount',
  SNOWFLAKE_API_BASE: 'https://myorg-myaccount.snowflakecomputing.com/api/v2',
  SNOWFLAKE_PAT: 'sandbox-token',
  COULOIR_MASTER_KEY: 'a-key-of-some-length',
  LITELLM_MASTER_KEY: 'a-key-of-some-length',
};

let home: string;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'couloir-examples-'));
});

afterAll(() => rm(home, { recursive: true, force: true }));

test.each([
  { page: 'examples/couloir.yaml', models: ['claude-sonnet-4-6', 'cortex-sonnet', 'fast'] },
  { page: 'examples/litellm-config.yaml', models: ['cortex-claude-4-sonnet'] },
])('$page loads', async ({ page, models }) => {
  expect(await load((await readText(page)) ?? '')).toEqual(models);
});

test.each([
  { page: 'README.md', models: [['claude-sonnet-4-6', 'fast']] },
  { page: 'docs/configuration.md', models: [['claude-sonnet-4-6', 'fast', 'local']] },
])('the configurations on $page load', async ({ page, models }) => {
  const blocks = [...((await readText(page)) ?? '').matchAll(/^```yaml\n(.*?)^```$/gms)];
  expect(await Promise.all(blocks.map(([, block = '']) => load(block)))).toEqual(models);
});

/** The names a configuration serves; nothing in it may be without effect. */
async function load(text: string): Promise<string[]> {
  const configFile = join(home, `${text.length}.yaml`);
  await writeFile(configFile, text);
  const { settings, notes } = loadSettings({ configFile, env: ENVIRONMENT, cwd: home, home, cortex: cortexKnowledge });
  expect(notes).toEqual([]);
  return settings.deployments.map(({ modelName }) => modelName);
}
