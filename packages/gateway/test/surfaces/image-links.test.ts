import { once } from 'node:events';
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { JsonObject } from '../../src/ir/json.ts';
import { type RunningCouloir, startCouloir } from '../support/couloir.ts';
import { post, textOf } from '../support/raw-http.ts';

/** Nobody is there: a gateway that tried to fetch it would refuse the request. */
const LINK = 'https://images.invalid/a.png';

let upstream: Server;
let couloir: RunningCouloir;
const asked: JsonObject[] = [];

/** A provider that takes everything, in both dialects. */
beforeAll(async () => {
  upstream = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      asked.push(JSON.parse(Buffer.concat(chunks).toString()) as JsonObject);
      response.setHeader('content-type', 'application/json');
      const usage = { input_tokens: 1, output_tokens: 1, prompt_tokens: 1, completion_tokens: 1 };
      response.end(
        JSON.stringify(
          request.url?.endsWith('/messages') === true
            ? {
                id: 'msg_1',
                type: 'message',
                role: 'assistant',
                model: 'm',
                content: [{ type: 'text', text: 'Seen' }],
                stop_reason: 'end_turn',
                usage,
              }
            : {
                id: 'chatcmpl-1',
                object: 'chat.completion',
                model: 'm',
                choices: [{ index: 0, message: { role: 'assistant', content: 'Seen' }, finish_reason: 'stop' }],
                usage,
              },
        ),
      );
    });
  });
  upstream.listen(0, '127.0.0.1');
  await once(upstream, 'listening');
  const base = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`;
  couloir = await startCouloir({
    config: `model_list:
  - { model_name: theirs, litellm_params: { model: openai/gpt-5.2, api_base: '${base}/v1', api_key: k } }
  - { model_name: claude, litellm_params: { model: anthropic/claude-sonnet-4-6, api_base: '${base}', api_key: k } }
`,
  });
});

afterAll(async () => {
  await couloir.stop();
  upstream.close();
});

async function ask(path: string, body: JsonObject): Promise<string> {
  const { response } = post(`${couloir.url}${path}`, JSON.stringify(body), { authorization: `Bearer ${couloir.key}` });
  return textOf(await response);
}

const messages = [{ role: 'user', content: [{ type: 'image', source: { type: 'url', url: LINK } }] }];
const chat = [{ role: 'user', content: [{ type: 'image_url', image_url: { url: LINK } }] }];
const input = [{ role: 'user', content: [{ type: 'input_image', image_url: LINK }] }];
const THEIRS = { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: LINK } }] }] };
const CLAUDES = { messages: [{ role: 'user', content: [{ type: 'image', source: { type: 'url', url: LINK } }] }] };

it.each<[string, string, JsonObject, JsonObject]>([
  ['chat', '/v1/chat/completions', { model: 'theirs', messages: chat }, THEIRS],
  ['Responses', '/v1/responses', { model: 'theirs', input }, THEIRS],
  ['Messages', '/v1/messages', { model: 'theirs', max_tokens: 9, messages }, THEIRS],
  ['chat', '/v1/chat/completions', { model: 'claude', messages: chat }, CLAUDES],
  ['Responses', '/v1/responses', { model: 'claude', input }, CLAUDES],
  ['Messages', '/v1/messages', { model: 'claude', max_tokens: 9, messages }, CLAUDES],
])('a link to an image reaches a provider that takes links: %s', async (_dialect, path, body, expected) => {
  expect(await ask(path, body)).toContain('Seen');
  expect(asked.at(-1)).toMatchObject(expected);
});
