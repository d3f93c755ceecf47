import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, request as openRequest, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type RunningCouloir, startCouloir } from '../support/couloir.ts';

/** A provider that answers with the hash of what it was sent, or in one of the ways in which hosts fail. */
let host: Server;
let couloir: RunningCouloir;
/** Hashes of the bodies that arrived whole. */
const arrived: string[] = [];

const hashOf = (bytes: string | Buffer) => createHash('sha256').update(bytes).digest('hex');

beforeAll(async () => {
  host = createServer((request, response) => {
    const behaviour = String(request.headers['x-behaviour']);
    // Before it has read what it answers to.
    if (behaviour === 'early') {
      response.writeHead(400, { 'content-type': 'application/json', connection: 'close' });
      return void response.end('{"error":{"message":"too early","type":"invalid_request_error"}}');
    }
    const hash = createHash('sha256');
    let read = 0;
    request.on('data', (chunk: Buffer) => {
      hash.update(chunk);
      read += chunk.length;
      if (behaviour === 'reset' && read > 100_000) request.socket.resetAndDestroy();
    });
    request.on('end', () => {
      const digest = hash.digest('hex');
      arrived.push(digest);
      if (behaviour === 'unwell') return void response.writeHead(503).end();
      const message = { role: 'assistant', content: digest };
      const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };
      const choices = [{ index: 0, message, finish_reason: 'stop' }];
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ id: 'c', object: 'chat.completion', created: 1, model: 'm', choices, usage }));
    });
    request.on('error', () => undefined);
  }).listen(0, '127.0.0.1');
  await once(host, 'listening');
  const { port } = host.address() as AddressInfo;
  const behaviours = ['well', 'unwell', 'early', 'reset'];
  couloir = await startCouloir({
    config: `
model_list:
${behaviours.map((name) => `  - { model_name: ${name}, litellm_params: { model: openai/m, api_base: "http://127.0.0.1:${port}/v1", api_key: k-1234567, extra_headers: { x-behaviour: ${name} } } }`).join('\n')}
litellm_settings: { num_retries: 1 }
router_settings: { disable_cooldowns: true }
general_settings: { master_key: sk-test }
`,
  });
});

afterAll(async () => {
  await couloir.stop();
  host.closeAllConnections();
  host.close();
});

/** @returns what was answered; undefined for a client that left on its way */
function send(body: string, leavesAfter?: number): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const request = openRequest(`${couloir.url}/v1/chat/completions`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${couloir.key}`,
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
      },
    });
    request.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (piece: string) => (text += piece));
      response.on('end', () => resolve(text));
      response.on('error', () => resolve(undefined));
    });
    request.on('error', (cause) => (leavesAfter === undefined ? reject(cause) : resolve(undefined)));
    if (leavesAfter === undefined) return void request.end(body);
    request.write(body.slice(0, leavesAfter), () => request.destroy());
  });
}

it('large bodies at the same time arrive as they were sent, whatever becomes of those beside them', async () => {
  const wellSent = new Set<string>();
  const sentAtAll = new Set<string>();
  const client = async (number: number) => {
    for (let turn = 0; turn < 8; turn += 1) {
      const kind = (number * 8 + turn) % 6;
      const model = ['well', 'well', 'unwell', 'early', 'reset', 'well'][kind]!;
      const content = randomBytes(60_000 + ((number * 7919 + turn * 104_729) % 300_000)).toString('base64');
      // What the upstream gets: its own name of the model.
      const upstreamBody = (name: string) => JSON.stringify({ model: name, messages: [{ role: 'user', content }] });
      const hash = hashOf(upstreamBody('m'));
      sentAtAll.add(hash);
      const leaves = kind === 5;
      const answer = await send(upstreamBody(model), leaves ? 70_000 : undefined);
      if (model !== 'well' || leaves) continue;
      wellSent.add(hash);
      expect(JSON.parse(answer ?? '{}')).toMatchObject({ choices: [{ message: { content: hash } }] });
    }
  };
  await Promise.all(Array.from({ length: 12 }, (_, number) => client(number)));
  expect(wellSent.size).toBeGreaterThan(30);
  expect(arrived.filter((hash) => !sentAtAll.has(hash))).toEqual([]);
  expect([...wellSent].filter((hash) => !arrived.includes(hash))).toEqual([]);
});
