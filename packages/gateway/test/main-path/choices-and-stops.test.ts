// Where nothing may be dropped (`drop_params: false`), what the gateway does itself is done and not refused.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CortexSandbox, createCortexSandbox } from '../../src/sandbox/index.ts';
import { type RunningCouloir, startCouloir } from '../support/couloir.ts';
import { post, textOf } from '../support/raw-http.ts';

const MODELS = ['claude-sonnet-4-6', 'openai-gpt-5.2', 'llama3.1-70b'];

let sandbox: CortexSandbox;
let couloir: RunningCouloir;

beforeAll(async () => {
  sandbox = await createCortexSandbox();
  couloir = await startCouloir({
    config: JSON.stringify({
      accounts: { main: { host: sandbox.url, token: 'sandbox-test' } },
      models: MODELS.map((name) => ({ name })),
      drop_params: false,
    }),
  });
});

afterAll(async () => {
  await couloir.stop();
  await sandbox.close();
});

async function ask(path: string, body: object) {
  const response = await post(couloir.url + path, JSON.stringify(body), { authorization: `Bearer ${couloir.key}` })
    .response;
  return { status: response.statusCode, headers: response.headers, text: await textOf(response) };
}

describe.each(MODELS)('%s', (model) => {
  it('gives as many answers as are asked for, and drops nothing', async () => {
    const messages = [{ role: 'user', content: 'sandbox> say Hi' }];
    const { status, headers, text } = await ask('/v1/chat/completions', { model, n: 3, messages });
    expect(status, text).toBe(200);
    expect(headers['x-couloir-dropped']).toBeUndefined();
    const { choices } = JSON.parse(text) as { choices: { index: number; message: { content: string } }[] };
    expect(choices.map(({ index, message }) => [index, message.content])).toEqual([
      [0, 'Hi'],
      [1, 'Hi'],
      [2, 'Hi'],
    ]);
  });

  it('may stop at its first word, which is an answer and no limit of the account', async () => {
    const messages = [{ role: 'user', content: 'sandbox> say END of it' }];
    const { status, text } = await ask('/v1/chat/completions', { model, stop: ['END'], messages });
    expect(status, text).toBe(200);
    expect(JSON.parse(text)).toMatchObject({ choices: [{ finish_reason: 'stop' }] });
  });
});

it('a stop at the first word is told as such by Messages', async () => {
  const messages = [{ role: 'user', content: 'sandbox> say END of it' }];
  const body = { model: MODELS[0], max_tokens: 50, stop_sequences: ['END'], messages };
  const whole = await ask('/v1/messages', body);
  expect(JSON.parse(whole.text)).toMatchObject({ content: [], stop_reason: 'stop_sequence', stop_sequence: 'END' });
  const streamed = await ask('/v1/messages', { ...body, stream: true });
  expect(streamed.text).toContain('"stop_sequence":"END"');
  expect(streamed.text).toContain('event: message_stop');
});
