import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CortexSandbox, createCortexSandbox, parseFault } from '../../src/sandbox/index.ts';
import { type RunningCouloir, startCouloir } from '../support/couloir.ts';
import { post, textOf } from '../support/raw-http.ts';

/** Two accounts of one model: the first takes its time with every answer. */
let slow: CortexSandbox;
let quick: CortexSandbox;
/** A provider whose filter refuses every prompt, in Azure's words. */
let filter: Server;
const started: RunningCouloir[] = [];

beforeAll(async () => {
  [slow, quick] = await Promise.all([
    createCortexSandbox({ faults: [parseFault('100%:stall=250ms')] }),
    createCortexSandbox(),
  ]);
  filter = createServer((request, response) => {
    request.resume().on('end', () => {
      response.writeHead(400, { 'content-type': 'application/json' });
      const message = 'The response was filtered due to the prompt triggering the content management policy.';
      response.end(JSON.stringify({ error: { message, type: null, param: 'prompt', code: 'content_filter' } }));
    });
  }).listen(0, '127.0.0.1');
  await once(filter, 'listening');
});

afterAll(async () => {
  await Promise.all(started.map((couloir) => couloir.stop()));
  await Promise.all([slow, quick].map((sandbox) => sandbox.close()));
  filter.close();
});

async function startWith(models: string, router: string): Promise<RunningCouloir> {
  const couloir = await startCouloir({
    config: `
model_list:
${models}
litellm_settings: { num_retries: 0 }
router_settings: { ${router} }
general_settings: { master_key: sk-test }
`,
  });
  started.push(couloir);
  return couloir;
}

const at = (sandbox: CortexSandbox, more = '') =>
  `  - { model_name: m, litellm_params: { model: snowflake/openai-gpt-5.2, api_base: "${sandbox.url}", api_key: pat/sandbox-one${more} } }`;

async function ask(couloir: RunningCouloir, line = 'say Hi', model = 'm', path = '/v1/chat/completions') {
  const body = JSON.stringify({ model, max_tokens: 99, messages: [{ role: 'user', content: `sandbox> ${line}` }] });
  const response = await post(`${couloir.url}${path}`, body, { authorization: `Bearer ${couloir.key}` }).response;
  return { status: response.statusCode, headers: response.headers, text: await textOf(response) };
}

const asked = (sandbox: CortexSandbox) => sandbox.requests.filter(({ method }) => method === 'POST').length;

/** How many more requests each account has had after `work`. */
async function counted(work: () => Promise<unknown>): Promise<{ slow: number; quick: number }> {
  const before = { slow: asked(slow), quick: asked(quick) };
  await work();
  return { slow: asked(slow) - before.slow, quick: asked(quick) - before.quick };
}

/** So many at a time, each of them asking again as soon as it is answered. */
async function load(couloir: RunningCouloir, clients: number, each: number): Promise<void> {
  const client = async () => {
    for (let turn = 0; turn < each; turn += 1) expect(await ask(couloir)).toMatchObject({ status: 200 });
  };
  await Promise.all(Array.from({ length: clients }, client));
}

describe('under load', () => {
  it('latency-based: once both are known, the slow account is left alone', async () => {
    const couloir = await startWith([at(slow), at(quick)].join('\n'), 'routing_strategy: latency-based-routing');
    // The first two tell how quick each is.
    await Promise.all([ask(couloir), ask(couloir)]);
    const counts = await counted(() => load(couloir, 6, 10));
    expect(counts.slow + counts.quick).toBe(60);
    // A machine that stands still for a moment makes the quick one look slow, once.
    expect(counts.slow).toBeLessThan(4);
  });

  it('least-busy: who answers slowly is given little', async () => {
    const couloir = await startWith([at(slow), at(quick)].join('\n'), 'routing_strategy: least-busy');
    const counts = await counted(() => load(couloir, 6, 10));
    expect(counts.slow + counts.quick).toBe(60);
    // Of six clients three at most wait at the slow one.
    expect(counts.slow).toBeLessThan(counts.quick);
    expect(await gauges(couloir, 'couloir_deployment_in_flight')).toEqual([0, 0]);
  });

  it('usage-based: whoever has used less of its minute is next', async () => {
    const couloir = await startWith(
      [at(slow, ', rpm: 30'), at(quick, ', rpm: 90')].join('\n'),
      'routing_strategy: usage-based-routing-v2',
    );
    const counts = await counted(async () => {
      for (let turn = 0; turn < 16; turn += 1) await ask(couloir);
    });
    // One to three, as their limits are.
    expect(counts).toEqual({ slow: 4, quick: 12 });
  });

  it('cost-based: the cheapest has it all', async () => {
    const costs = (input: number) => `, input_cost_per_token: ${input}, output_cost_per_token: ${input * 4}`;
    const couloir = await startWith(
      [at(slow, costs(0.000002)), at(quick, costs(0.000001))].join('\n'),
      'routing_strategy: cost-based-routing',
    );
    expect(await counted(() => load(couloir, 4, 5))).toEqual({ slow: 0, quick: 20 });
  });
});

it('a model that refuses a prompt for its content is followed by the one named for that, on every route', async () => {
  const { port } = filter.address() as AddressInfo;
  const couloir = await startWith(
    [
      `  - { model_name: strict, litellm_params: { model: openai/gpt-4o, api_base: "http://127.0.0.1:${port}/v1", api_key: k-1234567 } }`,
      `  - { model_name: strict-alone, litellm_params: { model: openai/gpt-4o, api_base: "http://127.0.0.1:${port}/v1", api_key: k-1234567 } }`,
      at(quick),
    ].join('\n'),
    'content_policy_fallbacks: [{ "strict": ["m"] }]',
  );
  for (const path of ['/v1/chat/completions', '/v1/messages']) {
    const { status, headers, text } = await ask(couloir, 'say Hi', 'strict', path);
    expect({ path, status, served: headers['x-couloir-model'] }).toEqual({
      path,
      status: 200,
      served: 'openai-gpt-5.2',
    });
    expect(text).toContain('Hi');
    const alone = await ask(couloir, 'say Hi', 'strict-alone', path);
    expect({ path, status: alone.status }).toEqual({ path, status: 400 });
    expect(alone.text).toContain('content management policy');
  }
});

async function gauges(couloir: RunningCouloir, name: string): Promise<number[]> {
  const response = await fetch(`${couloir.url}/metrics`, { headers: { authorization: `Bearer ${couloir.key}` } });
  const lines = (await response.text()).split('\n').filter((line) => line.startsWith(`${name}{`));
  return lines.map((line) => Number(line.split(' ').at(-1)));
}
