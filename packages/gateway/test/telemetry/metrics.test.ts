import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type CortexSandbox, createCortexSandbox } from '../../src/sandbox/index.ts';
import { type RunningCouloir, sandboxAccount, startCouloir } from '../support/couloir.ts';
import { post, textOf } from '../support/raw-http.ts';

let sandbox: CortexSandbox;
let couloir: RunningCouloir;

beforeAll(async () => {
  sandbox = await createCortexSandbox();
  couloir = await startCouloir({ env: sandboxAccount(sandbox.url) });
});

afterAll(async () => {
  await couloir.stop();
  await sandbox.close();
});

const headers = () => ({ authorization: `Bearer ${couloir.key}` });

async function ask(path: string, body: object) {
  const response = await post(`${couloir.url}${path}`, JSON.stringify(body), headers()).response;
  return { response, text: await textOf(response) };
}

/** The lines of a scrape, by metric and labels. */
async function scrape(): Promise<Map<string, number>> {
  const response = await fetch(`${couloir.url}/metrics`, { headers: headers() });
  expect(response.headers.get('content-type')).toContain('text/plain; version=0.0.4');
  const lines = (await response.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => {
      const at = line.lastIndexOf(' ');
      return [line.slice(0, at), Number(line.slice(at + 1))];
    }),
  );
}

const chat = (lines: string[], more = {}) => ({
  model: 'claude-sonnet-4-6',
  messages: [{ role: 'user', content: lines.map((line) => `sandbox> ${line}`).join('\n') }],
  ...more,
});

it('counts what exchanges were, cost and took, of every kind', async () => {
  await ask('/v1/chat/completions', chat(['say Hi', 'usage input=1000 cached=600 output=50'], { stream: true }));
  await ask('/v1/chat/completions', chat(['fail 400']));
  await ask('/v1/embeddings', { model: 'snowflake-arctic-embed-l-v2.0', input: 'some words' });
  const found = await scrape();
  const of = (name: string, ...parts: string[]) =>
    [...found]
      .filter(([line]) => line.startsWith(`${name}{`) && parts.every((part) => line.includes(part)))
      .map(([, value]) => value);
  expect(of('couloir_requests_total', 'dialect="openai-chat"', 'lane="translated"', 'outcome="ok"')).toEqual([1]);
  expect(of('couloir_requests_total', 'outcome="invalid-request"')).toEqual([1]);
  expect(of('couloir_requests_total', 'dialect="openai-embeddings"', 'outcome="ok"')).toEqual([1]);
  expect(of('couloir_tokens_total', 'model="claude-sonnet-4-6"', 'type="cache_read"')).toEqual([600]);
  expect(of('couloir_tokens_total', 'model="claude-sonnet-4-6"', 'type="output"')).toEqual([50]);
  expect(of('gen_ai_server_request_duration_seconds_count', 'gen_ai_operation_name="embeddings"')).toEqual([1]);
  expect(of('gen_ai_server_time_to_first_token_seconds_count', 'gen_ai_provider_name="snowflake.cortex"')).toEqual([1]);
  expect(of('couloir_cost_usd_total', 'model="claude-sonnet-4-6"')[0]).toBeGreaterThan(0);
  expect(of('couloir_deployment_state', 'model="claude-sonnet-4-6"')).toEqual([0]);
  expect([found.get('couloir_requests_running'), found.get('couloir_requests_queued')]).toEqual([0, 0]);
  expect(found.get('process_resident_memory_bytes')).toBeGreaterThan(1_000_000);
});

it('an embedding is logged as every exchange is', async () => {
  const { response } = await ask('/v1/embeddings', { model: 'snowflake-arctic-embed-l-v2.0', input: ['a', 'b'] });
  expect(await couloir.exchangeOf(response.headers)).toMatchObject({
    dialect: 'openai-embeddings',
    served: 'snowflake-arctic-embed-l-v2.0',
    outcome: 'ok',
    attempts: 1,
    inputTokens: expect.any(Number),
  });
});

it('a scrape without a key is refused, unless the configuration opens it', async () => {
  expect((await fetch(`${couloir.url}/metrics`)).status).toBe(401);
  const open = await startCouloir({
    config: `telemetry: { open_metrics: true }\naccounts: { a: { host: "${sandbox.url}", token: sandbox-x } }\n`,
  });
  try {
    expect((await fetch(`${open.url}/metrics`)).status).toBe(200);
  } finally {
    await open.stop();
  }
});

it('answers say where the time went, and a client’s trace goes on upstream', async () => {
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  const response = await post(`${couloir.url}/v1/chat/completions`, JSON.stringify(chat(['say Hi'])), {
    ...headers(),
    traceparent,
    tracestate: 'vendor=1',
  }).response;
  await textOf(response);
  expect(response.headers['server-timing']).toMatch(/^gateway;dur=[\d.]+, upstream;dur=[\d.]+$/);
  expect(sandbox.requests.at(-1)!.headers).toMatchObject({ traceparent, tracestate: 'vendor=1' });
});

it('the text is what Prometheus reads: every family explained before its series, histograms whole', async () => {
  await ask('/v1/chat/completions', chat(['say Hi']));
  const text = await (await fetch(`${couloir.url}/metrics`, { headers: headers() })).text();
  expect(text.endsWith('\n')).toBe(true);
  const families = text.split(/^# HELP /m).slice(1);
  expect(families.length).toBeGreaterThan(15);
  const label = '[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\\\\n]|\\\\[\\\\"n])*"';
  const sample = new RegExp(
    `^([a-z_:][a-z0-9_:]*)(?:\\{(${label}(?:,${label})*)\\})? (-?[0-9.]+(?:e[+-]?[0-9]+)?|\\+Inf|NaN)$`,
  );
  const names = families.map((family) => {
    const [help = '', type = '', ...lines] = family.trimEnd().split('\n');
    const [name = ''] = help.split(' ');
    const kind = new RegExp(`^# TYPE ${name} (counter|gauge|histogram)$`).exec(type)?.[1];
    expect(help.length).toBeGreaterThan(name.length + 2);
    expect(kind).toBeDefined();
    // As promtool has it: of counters only, and of all of them.
    expect(name.endsWith('_total')).toBe(kind === 'counter');
    const samples = lines.map((line) => sample.exec(line));
    expect(samples).not.toContain(null);
    expect(new Set(lines.map((line) => line.slice(0, line.lastIndexOf(' ')))).size).toBe(lines.length);
    const series = new Set(samples.map((found) => found![1]!));
    const own = kind === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name];
    expect([...series].sort()).toEqual(own.sort());
    if (kind === 'histogram') {
      const of = (ending: string) => samples.filter((found) => found![1] === `${name}_${ending}`);
      expect(
        of('bucket')
          .filter((found) => found![2]!.includes('le="+Inf"'))
          .map((found) => found![3]),
      ).toEqual(of('count').map((found) => found![3]));
    }
    return name;
  });
  expect(new Set(names).size).toBe(names.length);
});

it('every metric is in the documentation, and every documented one there', async () => {
  await ask('/v1/chat/completions', chat(['say Hi'], { stream: true }));
  const text = await (await fetch(`${couloir.url}/metrics`, { headers: headers() })).text();
  const page = readFileSync(new URL('../../../../docs/telemetry.md', import.meta.url), 'utf8');
  const exposed = [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name!);
  const documented = [...page.matchAll(/`((?:couloir|gen_ai|process|nodejs)_[a-z0-9_]+)`/g)].map(([, name]) => name!);
  expect(exposed.filter((name) => !documented.includes(name) && !/^(process|nodejs)_/.test(name))).toEqual([]);
  // Nothing has waited here, and one process is all there is.
  const quiet = [
    'couloir_queue_wait_seconds',
    'couloir_pacing_limit',
    'couloir_workers',
    'couloir_worker_restarts_total',
  ];
  expect(documented.filter((name) => !exposed.includes(name) && !quiet.includes(name))).toEqual([]);
});
