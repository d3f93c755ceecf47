import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CortexSandbox, createCortexSandbox, parseFault } from '../../src/sandbox/index.ts';
import { eventually, type RunningCouloir, startCouloir } from '../support/couloir.ts';
import { post, textOf } from '../support/raw-http.ts';

/** An account on which some models always fail, and one that is well. */
let sick: CortexSandbox;
let well: CortexSandbox;
let couloir: RunningCouloir;

beforeAll(async () => {
  const faults = ['503@claude-sonnet-4-6', '503@openai-gpt-4.1', 'reset@llama3.1-8b', '429@mistral-large2'];
  [sick, well] = await Promise.all([createCortexSandbox({ faults: faults.map(parseFault) }), createCortexSandbox()]);
  const at = ({ url }: CortexSandbox, model: string, more = '') =>
    `{ model: snowflake/${model}, api_base: "${url}", api_key: pat/sandbox-one${more} }`;
  couloir = await startCouloir({
    config: `
model_list:
  - { model_name: sick-claude, litellm_params: ${at(sick, 'claude-sonnet-4-6')} }
  - { model_name: sick-gpt, litellm_params: ${at(sick, 'openai-gpt-4.1')} }
  - { model_name: cut-off, litellm_params: ${at(sick, 'llama3.1-8b')} }
  - { model_name: limited, litellm_params: ${at(sick, 'mistral-large2')} }
  - { model_name: to-gpt, litellm_params: ${at(sick, 'claude-sonnet-4-6')} }
  - { model_name: to-claude, litellm_params: ${at(sick, 'openai-gpt-4.1')} }
  - { model_name: round-a, litellm_params: ${at(sick, 'openai-gpt-4.1')} }
  - { model_name: round-b, litellm_params: ${at(sick, 'claude-sonnet-4-6')} }
  - { model_name: claude, litellm_params: ${at(well, 'claude-sonnet-4-6')} }
  - { model_name: gpt, litellm_params: ${at(well, 'openai-gpt-5.2')} }
  - { model_name: strict, litellm_params: ${at(well, 'llama3.1-8b', ', drop_params: false')} }
  - { model_name: refusing, litellm_params: ${at(sick, 'openai-gpt-4.1')} }
  - { model_name: hopeless, litellm_params: ${at(sick, 'openai-gpt-4.1')} }
  - { model_name: paced, litellm_params: ${at(well, 'openai-gpt-5.1', ', rpm: 1, order: 1')} }
  - { model_name: paced, litellm_params: ${at(sick, 'openai-gpt-5.1', ', rpm: 1, order: 2')} }
  - { model_name: spare, litellm_params: ${at(well, 'openai-gpt-5-mini')} }
  - { model_name: embedder, litellm_params: ${at(well, 'snowflake-arctic-embed-l-v2.0')} }
  - { model_name: "near/*", litellm_params: ${at(well, '*')} }
  - { model_name: "far/*", litellm_params: ${at(sick, '*')} }
litellm_settings: { num_retries: 1, drop_params: true }
router_settings:
  cooldown_time: 0
  model_group_alias: { best: claude }
  fallbacks:
    - { sick-claude: [sick-gpt, gpt] }
    - { sick-gpt: [best] }
    - { to-gpt: [gpt] }
    - { to-claude: [claude] }
    - { round-a: [round-b] }
    - { round-b: [round-a] }
    - { refusing: [strict, gpt] }
    - { paced: [spare] }
    - { "far/*": [gpt] }
  context_window_fallbacks: [{ claude: [gpt] }, { gpt: [claude] }]
  max_fallbacks: 3
  retry_policy: { ServiceUnavailableErrorRetries: 0 }
general_settings: { master_key: sk-test }
`,
  });
});

afterAll(async () => {
  await couloir.stop();
  await Promise.all([sick.close(), well.close()]);
});

const script = (...lines: string[]) => lines.map((line) => `sandbox> ${line}`).join('\n');

async function ask(path: string, body: object, headers: Record<string, string> = {}) {
  const response = await post(`${couloir.url}${path}`, JSON.stringify(body), {
    authorization: `Bearer ${couloir.key}`,
    ...headers,
  }).response;
  const text = await textOf(response);
  return { status: response.statusCode, headers: response.headers, text };
}

const chat = (model: string, content: string, more: object = {}, headers: Record<string, string> = {}) =>
  ask('/v1/chat/completions', { model, messages: [{ role: 'user', content }], ...more }, headers);

async function scrape(): Promise<[line: string, value: number][]> {
  const response = await fetch(`${couloir.url}/metrics`, { headers: { authorization: `Bearer ${couloir.key}` } });
  const lines = (await response.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]);
}

describe('a chain of fallbacks', () => {
  it('goes on behind a fallback that fails, by names and aliases, and tells who served', async () => {
    const answer = await chat('sick-claude', script('say Hi'));
    expect([answer.status, answer.headers['x-couloir-model']]).toEqual([200, 'claude-sonnet-4-6']);
    expect(JSON.parse(answer.text)).toMatchObject({ model: 'sick-claude' });
    const line = await couloir.exchangeOf(answer.headers);
    expect(line).toMatchObject({ attempts: 3, outcome: 'ok', model: 'sick-claude', served: 'claude-sonnet-4-6' });
    expect((line['tries'] as { outcome: string }[]).map(({ outcome }) => outcome)).toEqual([
      'upstream-overloaded',
      'upstream-overloaded',
      'ok',
    ]);
  });

  it('that leads back to its beginning ends there', async () => {
    const answer = await chat('round-a', script('say Hi'));
    expect(answer.status).toBe(503);
    expect(await couloir.exchangeOf(answer.headers)).toMatchObject({ attempts: 2 });
    expect(answer.text).toContain('Its fallbacks failed too: round-b (upstream-overloaded).');
  });

  it('passes over a model whose own settings refuse the request', async () => {
    const answer = await chat('refusing', script('say Hi'), { logprobs: true });
    expect([answer.status, answer.headers['x-couloir-model']]).toEqual([200, 'openai-gpt-5.2']);
  });

  it('may be the client’s own, which stands in place of the configured one; unknown names hide no failure', async () => {
    const answer = await chat('sick-claude', script('say Hi'), { fallbacks: ['nobody', 'gpt'] });
    expect([answer.status, answer.headers['x-couloir-model']]).toEqual([200, 'openai-gpt-5.2']);
    expect(await couloir.exchangeOf(answer.headers)).toMatchObject({ attempts: 2 });
    expect(await chat('hopeless', script('say Hi'), { fallbacks: ['nobody'] })).toMatchObject({ status: 503 });
  });

  it('may be given for all names of a pattern', async () => {
    const answer = await chat('far/openai-gpt-4.1', script('say Hi'));
    expect([answer.status, answer.headers['x-couloir-model']]).toEqual([200, 'openai-gpt-5.2']);
  });
});

it('embeddings come through patterns, too, and by what their client wishes', async () => {
  const answer = await ask('/v1/embeddings', { model: 'near/snowflake-arctic-embed-l-v2.0', input: 'x' });
  expect([answer.status, answer.headers['x-couloir-model']]).toEqual([200, 'snowflake-arctic-embed-l-v2.0']);
  const fallen = await ask('/v1/embeddings', {
    model: 'embedder',
    input: 'sandbox> fail 503 x1',
    num_retries: 0,
    fallbacks: ['near/snowflake-arctic-embed-l-v2.0'],
  });
  expect(fallen.status).toBe(200);
  expect(await couloir.exchangeOf(fallen.headers)).toMatchObject({ attempts: 2, outcome: 'ok' });
});

describe('from family to family', () => {
  const tool = { name: 'look', description: 'Looks', input_schema: { type: 'object', properties: {} } };
  const history = [
    { role: 'user', content: script('call look {}', 'then', 'say Seen') },
    {
      role: 'assistant',
      content: [
        { type: 'thinking', thinking: 'Let me look.', signature: 'c2ln' },
        { type: 'tool_use', id: 'toolu_01', name: 'look', input: {} },
      ],
    },
    { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_01', content: 'a cat' }] },
  ];
  const messages = { max_tokens: 3000, thinking: { type: 'enabled', budget_tokens: 1024 }, tools: [tool] };

  it.each([
    ['to-gpt', 'openai-gpt-5.2', true],
    ['to-gpt', 'openai-gpt-5.2', false],
    ['to-claude', 'claude-sonnet-4-6', true],
    ['to-claude', 'claude-sonnet-4-6', false],
  ])(
    'a Messages client of %s is answered by %s, with tools and thoughts in its history (stream: %s)',
    async (model, served, stream) => {
      const answer = await ask('/v1/messages', { model, ...messages, messages: history, stream });
      expect([answer.status, answer.headers['x-couloir-model']]).toEqual([200, served]);
      expect(answer.text).toContain('Seen');
      expect(answer.text).toContain(stream ? 'event: message_stop' : '"stop_reason":"end_turn"');
    },
  );

  it.each([true, false])('a Responses client, too (stream: %s)', async (stream) => {
    const input = [
      {
        type: 'message',
        role: 'user',
        content: [{ type: 'input_text', text: script('call look {}', 'then', 'say Seen') }],
      },
      { type: 'function_call', call_id: 'call_1', name: 'look', arguments: '{}' },
      { type: 'function_call_output', call_id: 'call_1', output: 'a cat' },
    ];
    const tools = [{ type: 'function', name: 'look', parameters: { type: 'object', properties: {} } }];
    const answer = await ask('/v1/responses', { model: 'to-claude', input, tools, stream });
    expect([answer.status, answer.headers['x-couloir-model']]).toEqual([200, 'claude-sonnet-4-6']);
    expect(answer.text).toContain('Seen');
    expect(answer.text).toContain('"status":"completed"');
  });
});

it.each(['/v1/chat/completions', '/v1/messages'])(
  'once a piece of an answer is out nothing else is put behind it (%s)',
  async (path) => {
    const messages = [{ role: 'user', content: script('repeat 40 word', 'cut after 9') }];
    const body = { model: 'claude', stream: true, max_tokens: 500, messages };
    const answer = await ask(path, path.endsWith('messages') ? body : { ...body, fallbacks: ['gpt'] });
    expect(answer.text).toContain('error');
    expect(answer.text).not.toMatch(/\[DONE\]|message_stop/);
    expect(await couloir.exchangeOf(answer.headers)).toMatchObject({ attempts: 1, outcome: 'upstream-broken' });
  },
);

describe('a prompt that is too long', () => {
  // The sandbox counts the tries of each script by its text.
  let scripts = 0;
  const tooLong = (fault: string) => script(`fail ${fault} x1`, `say Seen ${(scripts += 1)}`);
  const messages = (fault: string) => [{ role: 'user', content: tooLong(fault) }];
  const cases: [path: string, model: string, served: string, body: () => object][] = [
    ['/v1/messages', 'claude', 'openai-gpt-5.2', () => ({ max_tokens: 50, messages: messages('prompt-too-long') })],
    ['/v1/messages', 'gpt', 'claude-sonnet-4-6', () => ({ max_tokens: 50, messages: messages('context-window') })],
    ['/v1/chat/completions', 'claude', 'openai-gpt-5.2', () => ({ messages: messages('prompt-too-long') })],
    ['/v1/chat/completions', 'gpt', 'claude-sonnet-4-6', () => ({ messages: messages('window-exceeded') })],
    ['/v1/responses', 'gpt', 'claude-sonnet-4-6', () => ({ input: tooLong('context-window') })],
  ];
  it.each(cases)('on %s for %s goes to %s', async (path, model, served, body) => {
    for (const stream of [false, true]) {
      const answer = await ask(path, { model, stream, ...body() });
      expect([answer.status, answer.headers['x-couloir-model']]).toEqual([200, served]);
      expect(answer.text).toContain('Seen');
    }
  });
});

describe('what a client is told', () => {
  it.each(['/v1/chat/completions', '/v1/messages', '/v1/responses', '/v1/completions', '/cursor/chat/completions'])(
    'of a limit on %s has a time to try again',
    async (path) => {
      const said = { messages: [{ role: 'user', content: script('say Hi') }], max_tokens: 10 };
      const body = path.endsWith('/responses')
        ? { input: script('say Hi') }
        : path === '/v1/completions'
          ? { prompt: script('say Hi') }
          : said;
      for (const [model, status] of [
        ['limited', 429],
        ['hopeless', 503],
      ] as const) {
        const answer = await ask(path, { model, ...body }, { 'x-litellm-num-retries': '0' });
        // Anthropic calls it 529.
        expect([status, 529]).toContain(answer.status);
        expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
        expect(answer.headers['x-should-retry']).toBe('true');
      }
    },
  );

  it('is the upstream’s failure, at once, where the pause before another try would outlast the client’s own time', async () => {
    const began = performance.now();
    const answer = await chat('cut-off', script('say Hi'), { num_retries: 9, timeout: 3 });
    expect(answer.status).toBe(502);
    expect(performance.now() - began).toBeLessThan(3_000);
  });
});

it('rate limits: another deployment, then another model, and each is asked once', async () => {
  const models = [];
  for (let turn = 0; turn < 3; turn += 1) {
    const answer = await chat('paced', script('say Hi'));
    models.push([answer.status, answer.headers['x-couloir-model'], answer.headers['x-litellm-model-id']]);
  }
  expect(models.map(([status, model]) => [status, model])).toEqual([
    [200, 'openai-gpt-5.1'],
    [200, 'openai-gpt-5.1'],
    [200, 'openai-gpt-5-mini'],
  ]);
  expect(models[0]![2]).not.toBe(models[1]![2]);
});

it('a client’s hurry is not held against a deployment', async () => {
  // Each says something else: the very same request, failing over and over, would be slowed.
  for (let turn = 0; turn < 8; turn += 1) await chat('gpt', script('stall 9s', `say ${turn}`), { timeout: 0.05 });
  const states = (await scrape()).filter(([line]) => line.startsWith('couloir_deployment_state'));
  expect(states.filter(([line]) => line.includes('openai-gpt-5.2')).map(([, value]) => value)).not.toContain(2);
});

it('a client that leaves is logged with what its answer had used until then', async () => {
  const body = {
    model: 'claude',
    stream: true,
    messages: [{ role: 'user', content: script('pace 50ms', 'repeat 400 word', 'usage input=70') }],
  };
  const leaving = post(`${couloir.url}/v1/chat/completions`, JSON.stringify(body), {
    authorization: `Bearer ${couloir.key}`,
  });
  const response = await leaving.response;
  await new Promise((resolve) => response.once('data', resolve));
  response.destroy();
  const line = await couloir.exchangeOf(response.headers);
  expect(line).toMatchObject({ outcome: 'client-left', inputTokens: 70 });
});

it('names that clients make up are no labels', async () => {
  await Promise.all(Array.from({ length: 20 }, (_, index) => chat(`near/made-up-${index}`, 'Hi')));
  await chat('made-up-too', 'Hi');
  const lines = await scrape();
  expect(lines.filter(([line]) => line.includes('made-up'))).toEqual([]);
});

it('whatever happened, nothing is counted as going on', async () => {
  const GOING = /^couloir_(deployment_in_flight|requests_running|requests_queued|pacing_running|pacing_queued)/;
  const going = async () => (await scrape()).filter(([line]) => GOING.test(line));
  let last = await going();
  for (let turns = 0; turns < 500 && last.some(([, value]) => value !== 0); turns += 1) last = await going();
  expect(last.filter(([, value]) => value !== 0)).toEqual([]);
  expect(last.length).toBeGreaterThan(10);
  await eventually(() => well.requests.every(({ method, closedAt }) => method !== 'POST' || closedAt !== undefined));
});

it('each attempt is counted where it went, by how it ended', async () => {
  const lines = (await scrape()).filter(([line]) => line.startsWith('couloir_upstream_attempts_total'));
  const count = (outcome: string) =>
    lines.filter(([line]) => line.includes(`outcome="${outcome}"`)).reduce((sum, [, value]) => sum + value, 0);
  expect(count('ok')).toBeGreaterThan(5);
  expect(count('upstream-overloaded')).toBeGreaterThan(5);
  const posts = (sandbox: CortexSandbox) => sandbox.requests.filter(({ method }) => method === 'POST').length;
  expect(lines.reduce((sum, [, value]) => sum + value, 0)).toBe(posts(sick) + posts(well));
});
