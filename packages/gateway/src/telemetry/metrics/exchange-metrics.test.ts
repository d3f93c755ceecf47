import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createExchangeMetrics, type MeasuredExchange } from './exchange-metrics.ts';
import { Registry } from './registry.ts';

const exchange: MeasuredExchange = {
  operation: 'chat',
  dialect: 'openai-chat',
  lane: 'verbatim',
  provider: 'snowflake.cortex',
  model: 'claude-sonnet-4-6',
  deployment: 'd1',
  outcome: 'ok',
  tries: [{ deployment: 'd1', outcome: 'ok' }],
  totalMicros: 2_000_000,
  overheadMicros: 500,
  queuedMs: 0,
  firstContentMicros: undefined,
  usage: { input: 10, output: 5, cacheWrite5m: 3, cacheWrite1h: 4, raw: [] },
  costUsd: 0.25,
};

/** Every series as `name{values}`, with its value. */
function read(registry: Registry): Record<string, number> {
  return Object.fromEntries(
    registry
      .read()
      .flatMap(({ name, series }) => series.map(({ values, value }) => [`${name}{${values.join(',')}}`, value])),
  );
}

it('counts what there is, and has no series of what there is not', () => {
  const registry = new Registry();
  const measure = createExchangeMetrics(registry);
  measure(exchange);
  measure(exchange);
  expect(read(registry)).toEqual({
    'couloir_requests_total{openai-chat,verbatim,claude-sonnet-4-6,d1,ok}': 2,
    'couloir_upstream_attempts_total{d1,ok}': 2,
    'couloir_tokens_total{claude-sonnet-4-6,input}': 20,
    'couloir_tokens_total{claude-sonnet-4-6,output}': 10,
    'couloir_tokens_total{claude-sonnet-4-6,cache_write}': 14,
    'couloir_cost_usd_total{claude-sonnet-4-6}': 0.5,
    'gen_ai_server_request_duration_seconds{chat,snowflake.cortex,claude-sonnet-4-6,}': 4,
    'gen_ai_client_token_usage{chat,snowflake.cortex,claude-sonnet-4-6,input}': 20,
    'gen_ai_client_token_usage{chat,snowflake.cortex,claude-sonnet-4-6,output}': 10,
    'couloir_overhead_seconds{verbatim}': 0.001,
  });
});

it('whatever comes after whatever, each is counted under its own labels, and all of a model under it', () => {
  const some = fc.record({
    operation: fc.constantFrom('chat', 'embeddings'),
    dialect: fc.constantFrom('openai-chat', 'cursor'),
    lane: fc.constantFrom('verbatim', ''),
    provider: fc.constantFrom('openai', ''),
    model: fc.constantFrom('m1', 'm2'),
    deployment: fc.constantFrom('d1', 'd2'),
    outcome: fc.constantFrom('ok', 'internal'),
  });
  fc.assert(
    fc.property(fc.array(some, { maxLength: 40 }), (all) => {
      const registry = new Registry();
      const measure = createExchangeMetrics(registry);
      const expected: Record<string, number> = {};
      const add = (name: string) => (expected[name] = (expected[name] ?? 0) + 1);
      for (const labels of all) {
        const { operation, dialect, lane, provider, model, deployment, outcome } = labels;
        const usage = { input: 1, raw: [] };
        measure({
          ...exchange,
          ...labels,
          tries: [labels],
          totalMicros: 1e6,
          overheadMicros: undefined,
          usage,
          costUsd: 1,
        });
        add(`couloir_requests_total{${dialect},${lane},${model},${deployment},${outcome}}`);
        add(`couloir_upstream_attempts_total{${deployment},${outcome}}`);
        add(`couloir_tokens_total{${model},input}`);
        add(`couloir_cost_usd_total{${model}}`);
        const type = outcome === 'ok' ? '' : outcome;
        add(`gen_ai_server_request_duration_seconds{${operation},${provider},${model},${type}}`);
        add(`gen_ai_client_token_usage{${operation},${provider},${model},input}`);
      }
      expect(read(registry)).toEqual(expected);
    }),
  );
});

it('names without end do not fill the memory, and nothing is counted twice', () => {
  const registry = new Registry();
  const measure = createExchangeMetrics(registry);
  for (let round = 0; round < 2; round += 1)
    for (let count = 0; count < 1_500; count += 1) measure({ ...exchange, model: `model ${count}` });
  const requests = registry.read().find(({ name }) => name === 'couloir_requests_total')!;
  expect(requests.series).toHaveLength(1_001);
  expect(requests.series[0]).toMatchObject({ value: 2 });
  expect(requests.series.at(-1)).toMatchObject({ values: ['other', 'other', 'other', 'other', 'other'], value: 1_000 });
});
