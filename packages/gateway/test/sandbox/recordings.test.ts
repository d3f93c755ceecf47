// Recording a "real account" (the sandbox plays it) and replaying what was written.
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/ir/json.ts';
import {
  type CortexSandbox,
  createCortexSandbox,
  createPlayer,
  createRecorder,
  type RunningServer,
} from '../../src/sandbox/index.ts';
import { Redactor, secretsOf } from '../../src/sandbox/recordings/redact.ts';
import { at, chat, CHAT_PATH, parse, post } from './calls.ts';

const FIXTURES = path.resolve(import.meta.dirname, '../../../../fixtures/cortex-recordings');

let account: CortexSandbox;
let recorder: RunningServer;
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'couloir-recordings-'));
  account = await createCortexSandbox();
  recorder = await createRecorder({ upstream: account.url, folder });
});
afterEach(async () => {
  await recorder.close();
  await account.close();
  await rm(folder, { recursive: true, force: true });
});

const asks = (extra: JsonObject = {}): JsonObject => ({
  model: 'claude-sonnet-4-6',
  messages: [{ role: 'user', content: 'sandbox> say Hello there' }],
  ...extra,
});

async function recordings(): Promise<JsonObject[]> {
  const names = (await readdir(folder)).toSorted();
  return Promise.all(names.map(async (name) => parse(await readFile(path.join(folder, name), 'utf8'))));
}

describe('the recorder', () => {
  test('passes requests on as they are, and writes each exchange in the format of the fixtures', async () => {
    const answer = await chat(recorder.url, asks(), { authorization: 'Bearer sandbox-secret-token' });
    expect(at(parse(answer.text), 'choices[0].message.content')).toBe('Hello there');
    expect(account.requests[0]).toMatchObject({ path: CHAT_PATH, body: asks() });
    expect(await readdir(folder)).toEqual(['0001-v1-chat-completions-claude-sonnet-4-6.json']);
    expect(await recordings()).toEqual([
      {
        interactions: [
          {
            request: {
              method: 'POST',
              url: `https://myorg-myaccount.snowflakecomputing.com${CHAT_PATH}`,
              headers: expect.objectContaining({ 'content-type': 'application/json' }),
              body: asks(),
            },
            response: {
              status: 200,
              headers: expect.objectContaining({
                'content-type': 'application/json',
                'x-snowflake-request-id': '00000000-0000-4000-8000-000000000001',
              }),
              body: expect.objectContaining({ object: 'chat.completion' }),
            },
          },
        ],
      },
    ]);
    expect(JSON.stringify(await recordings())).not.toContain('sandbox-secret-token');
  });

  test('keeps streams as their bytes were, and failures too', async () => {
    const stream = await chat(recorder.url, asks({ stream: true }));
    await chat(recorder.url, asks({ model: 'no-such-model' }));
    const [first, second] = await recordings();
    expect(at(first, 'interactions[0].response.rawBody')).toBe(stream.text);
    expect(at(second, 'interactions[0].response')).toMatchObject({ status: 400, body: { code: '300014' } });
  });

  test('the legacy endpoint’s request id is hidden in its body as well', async () => {
    await post(recorder.url, '/api/v2/cortex/inference:complete', asks());
    const [recorded] = await recordings();
    expect(at(recorded, 'interactions[0].response.rawBody')).toContain('"id":"00000000-0000-4000-8000-000000000001"');
  });

  test('passes nothing else on', async () => {
    expect((await post(recorder.url, '/console/login', {})).status).toBe(404);
    expect(account.requests).toHaveLength(0);
  });
});

describe('what is taken out', () => {
  const redactor = new Redactor('Acme-Prod_East.snowflakecomputing.com');
  test.each([
    [
      'the account in any spelling',
      'ACME_PROD-EAST at acme-prod-east.snowflakecomputing.com',
      'myorg-myaccount at myorg-myaccount.snowflakecomputing.com',
    ],
    ['a token in a text', `see eyJ${'a'.repeat(20)}.${'b'.repeat(20)}.${'c'.repeat(20)}`, 'see [secret]'],
    ['an address', 'write to jane.doe@acme.example', 'write to user@example.com'],
    ['nothing else', 'acmeprodeast and 1.2.3', 'acmeprodeast and 1.2.3'],
  ])('%s', (_what, text, clean) => {
    expect(redactor.text(text)).toBe(clean);
  });

  test('the token of the very request, wherever it stands', () => {
    const secrets = secretsOf({ authorization: 'Snowflake Token="s3cr3t"', 'x-api-key': 'k3y' });
    expect(redactor.text('s3cr3t and k3y', secrets)).toBe('[secret] and [secret]');
    expect(redactor.headers({ authorization: 'x', cookie: 'y', accept: 's3cr3t' }, secrets)).toEqual({
      accept: '[secret]',
    });
  });
});

describe('the player', () => {
  const replaying = async (from: string, check: (url: string) => Promise<void>) => {
    const player = await createPlayer({ folder: from });
    try {
      await check(player.url);
    } finally {
      await player.close();
    }
  };

  test('gives back what was recorded, by the body that was sent', async () => {
    const first = await chat(recorder.url, asks({ stream: true }));
    await chat(recorder.url, { ...asks({ stream: true }), messages: [{ role: 'user', content: 'sandbox> say Bye' }] });
    await replaying(folder, async (url) => {
      const again = await chat(url, { messages: asks().messages ?? [], stream: true, model: 'claude-sonnet-4-6' });
      expect([again.status, again.text]).toEqual([200, first.text]);
      expect(again.headers.get('x-couloir-sandbox')).toBe('1');
      // A body nobody recorded gets the exchanges of its kind in turn.
      const other = asks({ stream: true, temperature: 0 });
      const texts = [(await chat(url, other)).text, (await chat(url, other)).text];
      expect(texts.map((text) => text.includes('Bye'))).toEqual([true, false]);
      expect((await chat(url, asks({ model: 'llama3.1-8b' }))).status).toBe(404);
    });
  });

  test('plays the recordings of the live service that this project keeps', async () => {
    await replaying(FIXTURES, async (url) => {
      const answer = await chat(url, asks({ model: 'llama3.1-8b', stream: false }));
      expect(parse(answer.text)).toMatchObject({ id: '', choices: [{ finish_reason: '' }] });
    });
  });

  test('refuses a folder without recordings', async () => {
    await expect(createPlayer({ folder })).rejects.toThrow('holds no recordings');
  });
});
