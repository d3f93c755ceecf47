import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CortexSandbox, createCortexSandbox } from '../../src/sandbox/index.ts';
import { type RunningCouloir, sandboxAccount, startCouloir } from '../support/couloir.ts';
import { post, textOf } from '../support/raw-http.ts';

let sandbox: CortexSandbox;
/** A gateway on Cortex, and one in front of it that knows it only as an OpenAI-compatible provider. */
let couloir: RunningCouloir;
let front: RunningCouloir;

beforeAll(async () => {
  sandbox = await createCortexSandbox();
  couloir = await startCouloir({ env: sandboxAccount(sandbox.url) });
  front = await startCouloir({
    config: `
model_list:
  - model_name: house-model
    litellm_params:
      model: openai/claude-sonnet-4-6
      api_base: ${couloir.url}/v1
      api_key: ${couloir.key}
      top_p: 0.5
  - model_name: two-places
    litellm_params: { model: snowflake/openai-gpt-5.2, api_base: "${sandbox.url}", api_key: pat/sandbox-one, order: 1 }
  - model_name: two-places
    litellm_params: { model: snowflake/openai-gpt-5.2, api_base: "${sandbox.url}", api_key: pat/wrong-token, order: 0 }
  - model_name: strict
    litellm_params: { model: snowflake/claude-sonnet-4-6, api_base: "${sandbox.url}", api_key: pat/sandbox-one, drop_params: false }
  - model_name: bad-token
    litellm_params: { model: snowflake/claude-sonnet-4-6, api_base: "${sandbox.url}", api_key: pat/wrong-token }
litellm_settings: { drop_params: true, num_retries: 2 }
general_settings: { master_key: sk-front }
`,
    env: { COULOIR_MASTER_KEY: 'sk-front' },
  });
});

afterAll(async () => {
  await front.stop();
  await couloir.stop();
  await sandbox.close();
});

async function ask(body: object, headers: Record<string, string> = {}) {
  const response = await post(`${front.url}/v1/chat/completions`, JSON.stringify(body), {
    authorization: 'Bearer sk-front',
    ...headers,
  }).response;
  return { status: response.statusCode, headers: response.headers, text: await textOf(response) };
}

const user = (...lines: string[]) => [{ role: 'user', content: lines.map((line) => `sandbox> ${line}`).join('\n') }];

describe('an OpenAI-compatible provider: the verbatim lane', () => {
  it('gets the bytes of the client with the served model and the deployment defaults in them', async () => {
    const answer = await ask({ model: 'house-model', messages: user('say Hello'), seed: 7 });
    expect(answer.status).toBe(200);
    expect(answer.headers['x-couloir-lane']).toBe('verbatim');
    expect(answer.headers['x-couloir-model']).toBe('claude-sonnet-4-6');
    expect(JSON.parse(answer.text)).toMatchObject({
      model: 'claude-sonnet-4-6',
      choices: [{ message: { content: 'Hello' } }],
    });
    expect(sandbox.requests.at(-1)!.body).toMatchObject({ model: 'claude-sonnet-4-6', top_p: 0.5 });
  });

  it('streams byte for byte, and its log line knows the usage', async () => {
    const body = {
      messages: user('say One two three', 'usage input=9 output=4'),
      stream: true,
      stream_options: { include_usage: true },
    };
    const answer = await ask({ model: 'house-model', ...body });
    expect(answer.text.endsWith('data: [DONE]\n\n')).toBe(true);
    expect(await front.exchangeOf(answer.headers)).toMatchObject({
      lane: 'verbatim',
      inputTokens: 9,
      outputTokens: 4,
      outcome: 'ok',
    });
  });

  it('says so when the provider breaks off', async () => {
    const answer = await ask({
      model: 'house-model',
      messages: user('cut after 4', `say ${'word '.repeat(50)}`),
      stream: true,
    });
    expect(answer.text).toContain('"error":');
    expect(answer.text).not.toContain('[DONE]');
  });

  it('passes its own errors on as such', async () => {
    const answer = await ask({ model: 'house-model', messages: 'hi' });
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.text)).toMatchObject({
      error: { type: 'invalid_request_error', message: expect.stringContaining('messages') },
    });
  });
});

it('a deployment whose token is refused is left for one that works', async () => {
  const answer = await ask({ model: 'two-places', messages: user('say Hello') });
  expect(answer.status).toBe(200);
  expect(await front.exchangeOf(answer.headers)).toMatchObject({ attempts: 2, outcome: 'ok' });
});

it('without another one the client is told whose token it was and what to do', async () => {
  const answer = await ask({ model: 'bad-token', messages: user('say Hello') });
  expect([answer.status, answer.headers['x-should-retry']]).toEqual([502, 'false']);
  expect(JSON.parse(answer.text).error).toMatchObject({
    code: 'upstream_auth',
    snowflake_request_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
  });
  expect(answer.text).toContain('generate a new one in Snowsight');
});

describe('fields that Cortex cannot honour', () => {
  it('are dropped with a note in the header', async () => {
    const answer = await ask({ model: 'two-places', messages: user('say Hi'), service_tier: 'flex', store: true });
    expect(answer.status).toBe(200);
    expect(String(answer.headers['x-couloir-dropped']).split(', ').sort()).toEqual(['service_tier', 'store']);
  });

  it('are refused when drop_params is false, unless the answer is the same without them', async () => {
    const refused = await ask({ model: 'strict', messages: user('say Hi'), logit_bias: { 50: 10 } });
    expect([refused.status, JSON.parse(refused.text).error.code, JSON.parse(refused.text).error.param]).toEqual([
      400,
      'unsupported_parameter',
      'logit_bias',
    ]);
    const harmless = await ask({
      model: 'strict',
      messages: user('say Hi'),
      store: false,
      service_tier: 'auto',
      user: 'me',
      logit_bias: {},
    });
    expect(harmless.status).toBe(200);
  });
});

it('a stream whose model is silent begins within about a second and shows signs of life', async () => {
  const call = post(
    `${front.url}/v1/chat/completions`,
    JSON.stringify({ model: 'two-places', messages: user('stall 1800ms', 'say Hello'), stream: true }),
    {
      authorization: 'Bearer sk-front',
    },
  );
  const response = await call.response;
  const text = await textOf(response);
  expect(text.startsWith(': keep-alive\n\n')).toBe(true);
  expect(text.endsWith('data: [DONE]\n\n')).toBe(true);
});
