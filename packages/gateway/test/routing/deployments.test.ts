import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CortexSandbox, createCortexSandbox, parseFault } from '../../src/sandbox/index.ts';
import { eventually, type RunningCouloir, startCouloir } from '../support/couloir.ts';
import { post, textOf } from '../support/raw-http.ts';

/** Two accounts of the same models, but for what always fails in the east. */
let east: CortexSandbox;
let west: CortexSandbox;
/** An account that takes its time. */
let slow: CortexSandbox;
let couloir: RunningCouloir;

beforeAll(async () => {
  const faults = ['100%:503@llama3.1-8b', '100%:context-window@mistral-large2', '100%:500@openai-gpt-4.1'].map(
    parseFault,
  );
  [east, west, slow] = await Promise.all([
    createCortexSandbox({ faults }),
    createCortexSandbox(),
    createCortexSandbox({ faults: [parseFault('100%:stall')] }),
  ]);
  const at = (sandbox: CortexSandbox, more = '', model = 'openai-gpt-5.2') =>
    `{ model: snowflake/${model}, api_base: "${sandbox.url}", api_key: pat/sandbox-one${more} }`;
  couloir = await startCouloir({
    config: `
model_list:
  - { model_name: weighted, litellm_params: ${at(east, ', weight: 3')} }
  - { model_name: weighted, litellm_params: ${at(west, ', weight: 1')} }
  - { model_name: tiers, litellm_params: ${at(east, ', order: 1')} }
  - { model_name: tiers, litellm_params: ${at(west, ', order: 2')} }
  - { model_name: failing, litellm_params: ${at(east, ', order: 1', 'openai-gpt-4.1')} }
  - { model_name: failing, litellm_params: ${at(west, ', order: 2', 'openai-gpt-4.1')} }
  - { model_name: tagged, litellm_params: ${at(east, ', tags: [red]')} }
  - { model_name: tagged, litellm_params: ${at(west, ', tags: [blue, default]')} }
  - { model_name: small, litellm_params: ${at(east, '', 'llama3.1-8b')} }
  - { model_name: short, litellm_params: ${at(east, '', 'mistral-large2')} }
  - { model_name: large, litellm_params: ${at(west)} }
  - { model_name: hasty, litellm_params: ${at(east, ', timeout: 1, order: 1')} }
  - { model_name: hasty, litellm_params: ${at(west, ', order: 2')} }
  - { model_name: "gpt/*", litellm_params: { model: "snowflake/openai-*", api_base: "${west.url}", api_key: pat/sandbox-one } }
litellm_settings:
  drop_params: true
  num_retries: 0
router_settings:
  enable_tag_filtering: true
  fallbacks: [{ "small": ["large"] }]
  context_window_fallbacks: [{ "short": ["large"] }]
  allowed_fails: 0
  cooldown_time: 60
general_settings: { master_key: sk-test }
`,
  });
});

afterAll(async () => {
  await couloir.stop();
  await Promise.all([east, west, slow].map((sandbox) => sandbox.close()));
});

const script = (...lines: string[]) => lines.map((line) => `sandbox> ${line}`).join('\n');

async function ask(model: string, content: string, more: object = {}, headers: Record<string, string> = {}) {
  const body = JSON.stringify({ model, messages: [{ role: 'user', content }], ...more });
  const response = await post(`${couloir.url}/v1/chat/completions`, body, {
    authorization: `Bearer ${couloir.key}`,
    ...headers,
  }).response;
  return { status: response.statusCode, headers: response.headers, text: await textOf(response) };
}

const asked = (sandbox: CortexSandbox) => sandbox.requests.filter(({ method }) => method === 'POST').length;

/** How many more requests each account has had after `work`. */
async function counted(work: () => Promise<unknown>): Promise<[east: number, west: number]> {
  const before = [asked(east), asked(west)] as const;
  await work();
  return [asked(east) - before[0], asked(west) - before[1]];
}

describe('a group of deployments', () => {
  it('shares its load by weight', async () => {
    const [ofEast, ofWest] = await counted(() =>
      Promise.all(Array.from({ length: 120 }, () => ask('weighted', script('say Hi')))),
    );
    expect(ofEast + ofWest).toBe(120);
    // Three to one: 90 is expected, and 68 would be five standard deviations off.
    expect(ofEast).toBeGreaterThan(68);
    expect(ofWest).toBeGreaterThan(8);
  });

  it('a conversation that is long enough to be cached stays at one account, whatever marks it carries', async () => {
    const system = { role: 'system', content: 'You are careful. '.repeat(400) };
    const turns = (count: number) => [
      system,
      ...Array.from({ length: count }, (_, turn) => [
        { role: 'user', content: [{ type: 'text', text: `${script('say Hi')} ${turn}` }] },
        { role: 'assistant', content: 'Hi' },
      ]).flat(),
      { role: 'user', content: script('say Hi') },
    ];
    const counts = await counted(async () => {
      for (let turn = 1; turn < 7; turn += 1) await ask('weighted', '', { messages: turns(turn) });
    });
    expect([Math.min(...counts), Math.max(...counts)]).toEqual([0, 6]);
  });

  it('the lower order is asked first, the next one when it fails, and the failing one is passed over for a while', async () => {
    expect(await counted(() => ask('tiers', script('say Hi')))).toEqual([1, 0]);
    const failing = await counted(async () => {
      expect(await ask('failing', script('say Hi'), { num_retries: 1 })).toMatchObject({ status: 200 });
    });
    expect(failing).toEqual([1, 1]);
    expect(await counted(() => ask('failing', script('say Hi')))).toEqual([0, 1]);
  });

  it('a deployment has a timeout of its own, and the next one answers', async () => {
    const [ofEast, ofWest] = await counted(async () => {
      const answer = await ask('hasty', script('stall 3s', 'say Hi'), { num_retries: 1 }, {});
      expect(answer.status).toBe(200);
    });
    expect([ofEast, ofWest]).toEqual([1, 1]);
  });

  it('tags choose among them; without any, the default; unknown ones are told', async () => {
    expect(await counted(() => ask('tagged', script('say Hi'), { tags: ['red'] }))).toEqual([1, 0]);
    expect(await counted(() => ask('tagged', script('say Hi'), {}, { 'x-litellm-tags': 'blue' }))).toEqual([0, 1]);
    expect(await counted(() => ask('tagged', script('say Hi')))).toEqual([0, 1]);
    expect(await counted(() => ask('tagged', script('say Hi'), { metadata: { tags: ['red'] } }))).toEqual([1, 0]);
    expect(await ask('tagged', script('say Hi'), { tags: 7 })).toMatchObject({ status: 400 });
  });

  it('what is said to the gateway never reaches a model', async () => {
    await ask('tagged', script('say Hi'), { tags: ['red'], num_retries: 1, timeout: 30, fallbacks: ['large'] });
    const body = east.requests.at(-1)!.body as Record<string, unknown>;
    expect(Object.keys(body).filter((key) => ['tags', 'num_retries', 'timeout', 'fallbacks'].includes(key))).toEqual(
      [],
    );
  });
});

describe('fallbacks', () => {
  it('another model answers when all of one has failed, and the headers say which', async () => {
    const answer = await ask('small', script('say Hi'));
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.text)).toMatchObject({ model: 'small', choices: [{ message: { content: 'Hi' } }] });
    expect(await couloir.exchangeOf(answer.headers)).toMatchObject({ attempts: 2, outcome: 'ok' });
  });

  it('a prompt that is too long goes to the model named for that', async () => {
    const counts = await counted(async () => {
      expect(await ask('short', script('say Hi'))).toMatchObject({ status: 200 });
    });
    expect(counts).toEqual([1, 1]);
  });

  it('what is the client’s fault goes nowhere else', async () => {
    const counts = await counted(async () => {
      const messages = [{ role: 'robot', content: 'x' }];
      expect(await ask('short', '', { messages })).toMatchObject({ status: 400 });
      expect(await ask('large', script('fail max-tokens', 'say Hi'))).toMatchObject({ status: 400 });
    });
    expect(counts).toEqual([0, 1]);
  });

  it('when every one fails, the first failure is told with what was tried after it', async () => {
    const answer = await ask('small', script('fail 503 x9', 'say Hi'));
    expect(answer.status).toBe(503);
    expect(JSON.parse(answer.text)).toMatchObject({
      error: { message: expect.stringContaining('large (upstream-overloaded)') },
    });
  });

  it('a client may name its own', async () => {
    const answer = await ask('failing', script('say Hi'), { fallbacks: ['small', 'large'] });
    expect(answer.status).toBe(200);
  });
});

describe('names', () => {
  it('a wildcard serves whatever matches it, and is not listed', async () => {
    const answer = await ask('gpt/gpt-5-mini', script('say Hi'));
    expect([answer.status, answer.headers['x-couloir-model']]).toEqual([200, 'openai-gpt-5-mini']);
    expect(await ask('claude/opus', script('say Hi'))).toMatchObject({ status: 404 });
  });
});

it('a client’s own timeout ends the whole request', async () => {
  const answer = await ask('large', script('stall 30s', 'say Hi'), { timeout: 1 });
  expect(answer.status).toBe(504);
  expect(answer.text).toContain('timeout that the request names');
});

describe('hedging', () => {
  it('a second deployment is asked when the first is slow to begin, and the slow one is closed', async () => {
    const both = await startCouloir({
      config: JSON.stringify({
        master_key: 'sk-test-key',
        accounts: { slow: { host: slow.url, token: 'sandbox-one' }, quick: { host: west.url, token: 'sandbox-one' } },
        models: [
          { name: 'hedged', model: 'claude-sonnet-4-6', account: 'slow', order: 0 },
          { name: 'hedged', model: 'claude-sonnet-4-6', account: 'quick', order: 1 },
        ],
        routing: { hedge_after: '100ms' },
      }),
    });
    try {
      for (const stream of [true, false]) {
        const body = JSON.stringify({
          model: 'hedged',
          stream,
          messages: [{ role: 'user', content: script('say Hi') }],
        });
        const answer = await post(`${both.url}/v1/chat/completions`, body, { authorization: `Bearer ${both.key}` })
          .response;
        expect(await textOf(answer)).toContain('Hi');
        expect(await both.exchangeOf(answer.headers)).toMatchObject({ attempts: 2, outcome: 'ok', outputTokens: 1 });
        await eventually(() =>
          slow.requests.every(({ method, closedAt }) => method !== 'POST' || closedAt !== undefined),
        );
      }
    } finally {
      await both.stop();
    }
  });
});
