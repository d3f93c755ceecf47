// The files that tutorials print, byte for byte, each served by the built program.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type CortexSandbox, createCortexSandbox } from '../../src/sandbox/index.ts';
import { type RunningCouloir, startCouloir } from '../support/couloir.ts';
import { post, textOf } from '../support/raw-http.ts';

let sandbox: CortexSandbox;
let running: RunningCouloir | undefined;

beforeAll(async () => {
  sandbox = await createCortexSandbox();
});
afterEach(async () => {
  await running?.stop();
  running = undefined;
});
afterAll(() => sandbox.close());

/** Starts the program on a printed file. The master key is the file's own unless `env` has one. */
async function serve(name: string, env: Record<string, string>): Promise<RunningCouloir> {
  const file = path.join(import.meta.dirname, '../../../../fixtures/config', `${name}.litellm.yaml`);
  running = await startCouloir({ config: readFileSync(file, 'utf8'), env: { COULOIR_MASTER_KEY: '', ...env } });
  return running;
}

async function chat({ url }: RunningCouloir, key: string, model: string) {
  const body = JSON.stringify({ model, messages: [{ role: 'user', content: 'sandbox> say pong' }] });
  const response = await post(`${url}/chat/completions`, body, { authorization: `Bearer ${key}` }).response;
  return {
    status: response.statusCode,
    sandbox: response.headers['x-couloir-sandbox'],
    body: JSON.parse(await textOf(response)) as unknown,
  };
}

async function modelsOf({ url }: RunningCouloir, key: string): Promise<string[]> {
  const answer = await fetch(`${url}/v1/models`, { headers: { authorization: `Bearer ${key}` } });
  const { data } = (await answer.json()) as { data: { id: string }[] };
  return data.map(({ id }) => id);
}

const pong = { choices: [{ message: { content: 'pong' } }] };
const account = () => ({ SNOWFLAKE_API_BASE: sandbox.url, SNOWFLAKE_PAT: 'pat/sandbox-me' });

describe("Snowflake's quickstart for Cursor", () => {
  it('answers the model it lists, under the key of its .env file', async () => {
    const couloir = await serve('quickstart', { ...account(), LITELLM_MASTER_KEY: 'sk-cursor-me' });
    expect(await modelsOf(couloir, 'sk-cursor-me')).toEqual(['cortex-claude-4-sonnet']);
    expect(await chat(couloir, 'sk-cursor-me', 'cortex-claude-4-sonnet')).toMatchObject({ status: 200, body: pong });
  });
});

describe("LiteLLM's page on its Snowflake provider", () => {
  it.each([
    ['provider-docs', ['claude-sonnet', 'llama4-maverick']],
    ['provider-docs-tools', ['claude-sonnet']],
  ])('%s answers the models it lists', async (name, models) => {
    const couloir = await serve(name, { ...account(), COULOIR_MASTER_KEY: 'sk-me' });
    expect(await modelsOf(couloir, 'sk-me')).toEqual(models);
    for (const model of models) expect(await chat(couloir, 'sk-me', model)).toMatchObject({ status: 200, body: pong });
  });
});

describe("LiteLLM's tutorial for Cursor", () => {
  const keys = { OPENAI_API_KEY: 'a', ANTHROPIC_API_KEY: 'b', GEMINI_API_KEY: 'c' };

  it('its first file lists two providers', async () => {
    const couloir = await serve('cursor-tutorial', keys);
    expect(await modelsOf(couloir, 'sk-1234567890')).toEqual(['gpt-4o', 'claude-3-5-sonnet']);
  });

  it('its second file lists three', async () => {
    const couloir = await serve('cursor-tutorial-models', keys);
    expect(await modelsOf(couloir, couloir.key)).toEqual(['gpt-4o', 'claude-3-5-sonnet', 'gemini-pro']);
  });

  it('its third file lists none: the account of the environment serves', async () => {
    const couloir = await serve('cursor-tutorial-budgets', account());
    expect(await chat(couloir, 'sk-1234567890', 'claude-sonnet-4-6')).toMatchObject({ status: 200, body: pong });
    expect(couloir.output()).toContain('warning: model_list: is not there: every model of the catalogue is served');
  });

  it('and without an account the sandbox does, and every answer says so', async () => {
    const couloir = await serve('cursor-tutorial-budgets', {});
    const answer = await chat(couloir, 'sk-1234567890', 'claude-sonnet-4-6');
    expect(answer).toMatchObject({ status: 200, sandbox: '1', body: pong });
    expect(couloir.output()).toContain('warning: model_list: is not there, and neither is an account');
  });
});
