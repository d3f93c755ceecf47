// `GET /api/v2/cortex/models` and everything that Cortex does not have.
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CortexSandbox, createCortexSandbox } from '../../src/sandbox/index.ts';
import { parse } from './calls.ts';

let sandbox: CortexSandbox;
beforeAll(async () => {
  sandbox = await createCortexSandbox();
});
afterAll(() => sandbox.close());

interface Answer {
  status: number | undefined;
  text: string;
}

/** `fetch` refuses to send a body with GET. */
function send(method: string, path: string, headers: Record<string, string>, body?: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const call = request(sandbox.url + path, { method, headers: { authorization: 'Bearer sandbox-test', ...headers } });
    call.on('error', reject);
    call.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (piece: string) => (text += piece));
      response.on('end', () => resolve({ status: response.statusCode, text }));
    });
    call.end(body);
  });
}

const MODELS = '/api/v2/cortex/models';
const JSON_TYPE = { 'content-type': 'application/json' };

describe('the list of models', () => {
  test('a bare GET is 415', async () => {
    const { status, text } = await send('GET', MODELS, {});
    expect(status).toBe(415);
    expect(parse(text).message).toBe('Invalid input value');
  });

  test('a content type without a body is 400', async () => {
    const { status, text } = await send('GET', MODELS, JSON_TYPE);
    expect(status).toBe(400);
    expect(parse(text).message).toBe('request entity required');
  });

  test('an empty object lists every name', async () => {
    const { status, text } = await send('GET', MODELS, { ...JSON_TYPE, 'content-length': '2' }, '{}');
    const { models } = parse(text);
    expect(status).toBe(200);
    expect(models).toEqual(expect.arrayContaining(['claude-sonnet-4-6', 'openai-gpt-4.1', 'llama3.1-8b']));
    expect(models).not.toContain('gemini-3.1-pro');
  });

  test('names in the body choose among them', async () => {
    const body = JSON.stringify({ models: ['openai-gpt-5', 'nobody'] });
    const { text } = await send('GET', MODELS, { ...JSON_TYPE, 'content-length': String(body.length) }, body);
    expect(parse(text)).toEqual({ models: ['openai-gpt-5'] });
  });
});

describe('what Cortex does not have', () => {
  test.each([
    ['GET', '/api/v2/cortex/v1/models'],
    ['POST', '/api/v2/cortex/v1/responses'],
    ['POST', '/api/v2/cortex/v1/embeddings'],
    ['POST', '/api/v2/cortex/v1/messages/count_tokens'],
    ['POST', '/api/v2/cortex/v1/completions'],
    ['POST', '/v1/chat/completions'],
    ['GET', '/constructor'],
  ])('%s %s is 404', async (method, path) => {
    const { status, text } = await send(method, path, JSON_TYPE, method === 'POST' ? '{}' : undefined);
    expect(status).toBe(404);
    expect(Object.keys(parse(text))).toEqual(['message', 'request_id']);
  });

  test.each([
    ['GET', '/api/v2/cortex/v1/chat/completions'],
    ['DELETE', '/api/v2/cortex/v1/messages'],
    ['POST', MODELS],
  ])('%s %s is 405 with an empty body', async (method, path) => {
    expect(await send(method, path, {})).toEqual({ status: 405, text: '' });
  });

  test('the root says what this is', async () => {
    const { status, text } = await send('GET', '/', {});
    expect(status).toBe(200);
    expect(parse(text).message).toBe(
      'A simulation of the Snowflake Cortex REST API. No model answers here, and this is not Snowflake.',
    );
  });
});
