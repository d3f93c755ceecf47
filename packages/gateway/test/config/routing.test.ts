import { expect, it } from 'vitest';
import { errorOf, load } from './load.ts';

const ACCOUNT = { SNOWFLAKE_PAT: 'one' };

it('our own file: routing, pacing, limits, and what a deployment says of itself', () => {
  const { settings, notes } = load(
    `
accounts: { main: { account: acme-main } }
models:
  - { name: claude-sonnet-4-6, rpm: 100, tpm: 50000, max_parallel: 4, tags: [red], timeouts: { connect: 2s } }
  - { name: llama3.1-8b }
routing:
  strategy: least-busy
  session_affinity: false
  fallbacks: { claude-sonnet-4-6: [llama3.1-8b] }
  default_fallbacks: [llama3.1-8b]
  context_window_fallbacks: { llama3.1-8b: [claude-sonnet-4-6] }
  content_policy_fallbacks: { llama3.1-8b: [claude-sonnet-4-6] }
  max_fallbacks: 2
  context_checks: true
  tag_filtering: true
  tag_match: all
  cooldown: { time: 30s, allowed_fails: 3, allowed_fails_policy: { timeout: 1 } }
  retry_policy: { timeout: 0, rate-limit: 5 }
  model_retry_policy: { llama3.1-8b: { timeout: 1 } }
  hedge_after: 2s
pacing: { enabled: true, max_wait: 10s, max_queue: 20 }
limits: { max_running: 10, max_queued: 5, max_running_per_key: 3, queue_wait: 1s, max_memory_mb: 512 }
`,
    ACCOUNT,
  );
  expect(notes).toEqual([]);
  expect(settings.deployments[0]).toMatchObject({
    rpm: 100,
    tpm: 50_000,
    maxParallel: 4,
    tags: ['red'],
    timeouts: { connectMs: 2_000 },
  });
  expect(settings.routing).toEqual({
    strategy: 'least-busy',
    sessionAffinity: false,
    fallbacks: { 'claude-sonnet-4-6': ['llama3.1-8b'] },
    defaultFallbacks: ['llama3.1-8b'],
    contextWindowFallbacks: { 'llama3.1-8b': ['claude-sonnet-4-6'] },
    contentPolicyFallbacks: { 'llama3.1-8b': ['claude-sonnet-4-6'] },
    maxFallbacks: 2,
    contextChecks: true,
    tagFiltering: true,
    tagMatch: 'all',
    cooldown: { enabled: true, timeMs: 30_000, allowedFails: 3, allowedFailsPolicy: { timeout: 1 } },
    retryPolicy: { timeout: 0, 'rate-limit': 5 },
    modelRetryPolicy: { 'llama3.1-8b': { timeout: 1 } },
    hedgeAfterMs: 2_000,
  });
  expect(settings.pacing).toEqual({ enabled: true, maxWaitMs: 10_000, maxQueue: 20 });
  expect(settings.limits).toEqual({
    maxRunning: 10,
    maxQueued: 5,
    maxRunningPerKey: 3,
    queueWaitMs: 1_000,
    maxMemoryMb: 512,
  });
});

const model = (name: string, more = '') =>
  `  - { model_name: ${name}, litellm_params: { model: snowflake/claude-sonnet-4-6, account_id: acme-main, api_key: pat/one${more} } }`;

it('LiteLLM’s file says the same in its own words', () => {
  const { settings, notes } = load(`
model_list:
${model('a', ', rpm: 75, tpm: 75000, max_parallel_requests: 8, tags: ["team-a"]')}
${model('b')}
litellm_settings:
  fallbacks: [{ "a": ["b"] }]
  context_window_fallbacks: [{ "b": ["a"] }]
  default_fallbacks: ["b"]
  allowed_fails: 2
router_settings:
  routing_strategy: latency-based-routing
  enable_pre_call_checks: true
  enable_tag_filtering: true
  allowed_fails: 3
  cooldown_time: 30
  allowed_fails_policy: { RateLimitErrorAllowedFails: 100 }
  retry_policy: { TimeoutErrorRetries: 2, RateLimitErrorRetries: 3 }
  model_group_retry_policy: { a: { AuthenticationErrorRetries: 1 } }
  tag_filtering_match_any: false
  timeout: 40
  ttft_timeout: 20
  stream_timeout: 30
  stream_idle_timeout: 10
  optional_pre_call_checks: ["prompt_caching", "router_budget_limiting"]
general_settings:
  global_max_parallel_requests: 50
  max_parallel_requests: 5
  max_queued_requests_per_worker: 7
  admission_queue_timeout_seconds: 2
`);
  expect(notes.map(({ path }) => path)).toEqual(['router_settings.optional_pre_call_checks']);
  expect(settings.deployments[0]).toMatchObject({ weight: 75, rpm: 75, tpm: 75_000, maxParallel: 8, tags: ['team-a'] });
  expect(settings.routing).toMatchObject({
    strategy: 'latency-based',
    fallbacks: { a: ['b'] },
    contextWindowFallbacks: { b: ['a'] },
    defaultFallbacks: ['b'],
    contextChecks: true,
    tagFiltering: true,
    cooldown: { enabled: true, timeMs: 30_000, allowedFails: 3, allowedFailsPolicy: { 'rate-limit': 100 } },
    retryPolicy: { timeout: 2, 'rate-limit': 3 },
    modelRetryPolicy: { a: { authentication: 1 } },
    tagMatch: 'all',
  });
  expect(settings.timeouts).toMatchObject({ firstByteMs: 20_000, idleMs: 10_000 });
  expect(settings.limits).toMatchObject({ maxRunning: 50, maxRunningPerKey: 5, maxQueued: 7, queueWaitMs: 2_000 });
});

it('a wildcard serves every name that matches, and the catalogue is listed with it', () => {
  const { settings } = load(`
model_list:
  - { model_name: "*", litellm_params: { model: "snowflake/*", account_id: acme-main, api_key: pat/one } }
  - { model_name: "house/*", litellm_params: { model: "openai/*", api_base: "http://127.0.0.1:9/v1", api_key: x } }
`);
  expect(settings.wildcards.map(({ modelName, model: served }) => [modelName, served])).toEqual([
    ['*', '*'],
    ['house/*', '*'],
  ]);
  expect(settings.deployments.some(({ modelName }) => modelName === 'claude-sonnet-4-6')).toBe(true);
});

it('a fallback to what is not served is told, and left out', () => {
  const { settings, notes } = load(`
model_list:
${model('a')}
${model('b')}
litellm_settings: { fallbacks: [{ "a": ["c", "b"] }] }
`);
  expect(settings.routing.fallbacks).toEqual({ a: ['b'] });
  expect(notes).toMatchObject([{ severity: 'warning', path: 'fallbacks.a' }]);
});

it.each([
  ['router_settings: { routing_strategy: fastest }', /routing_strategy.*expected one of simple-shuffle/],
  ['litellm_settings: { fallbacks: [3] }', /fallbacks.*expected a list like/],
  [
    'router_settings: { retry_policy: { NoSuchErrorRetries: 1 } }',
    /NoSuchErrorRetries.*is not one of TimeoutErrorRetries/,
  ],
  ['router_settings: { retry_policy: { TimeoutErrorRetries: many } }', /expected a whole number/],
  ['router_settings: { model_group_retry_policy: { a: 3 } }', /model_group_retry_policy\.a.*expected a mapping/],
  ['router_settings: { model_group_retry_policy: { a: { TimeoutErrorRetries: -1 } } }', /expected a whole number/],
])('%s is refused with its place', (line, message) => {
  expect(errorOf(`model_list:\n${model('a')}\n${line}\n`)).toMatch(message);
});
