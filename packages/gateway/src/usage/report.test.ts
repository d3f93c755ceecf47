import { expect, test } from 'vitest';
import type { ExchangeRow } from '../store/ports.ts';
import type { AccountView } from './compare.ts';
import { renderUsage } from './render.ts';
import { reportUsage } from './report.ts';
import type { Grouping } from './tally.ts';

const NOW = Date.UTC(2026, 10, 20, 16, 0);
const HOUR_MS = 3_600_000;
const SINCE = NOW - 7 * 24 * HOUR_MS;

const row = (requestId: string, hoursAgo: number, more: Partial<ExchangeRow> = {}): ExchangeRow => ({
  requestId,
  upstreamRequestIds: [`s-${requestId}`],
  receivedAtMs: NOW - hoursAgo * HOUR_MS,
  durationMs: 12,
  callerId: 'master',
  modelAsked: 'sonnet',
  modelServed: 'claude-sonnet-4-6',
  deploymentId: 'd1',
  dialect: 'openai-chat',
  status: 200,
  outcome: 'ok',
  tokens: { input: 80, output: 20 },
  estimated: false,
  costUsd: 0.5,
  simulated: false,
  ...more,
});

const view = (calls: [requestId: string, tokens: number, model?: string][]): AccountView => ({
  account: 'https://myorg-myaccount.snowflakecomputing.com',
  deploymentIds: new Set(['d1']),
  calls: calls.map(([requestId, tokens, model = 'claude-sonnet-4-6']) => ({ requestId, model, tokens })),
});

const report = (exchanges: ExchangeRow[], views: AccountView[] = [], by: Grouping = 'model') =>
  reportUsage({ by, sinceMs: SINCE, nowMs: NOW, exchanges, views, unread: [] });

test('every token class and every exchange is counted once', () => {
  const { groups, total } = report([
    row('a', 30, { tokens: { input: 1, cacheRead: 2, cacheWrite5m: 3, cacheWrite1h: 4, output: 5, reasoning: 5 } }),
    row('b', 20, { outcome: 'upstream-broken', status: 502, tokens: {}, costUsd: 0 }),
    row('c', 10, { modelServed: 'llama3.1-8b', estimated: true, costUsd: 2 }),
  ]);
  expect(groups.map(({ name, exchanges, failed }) => [name, exchanges, failed])).toEqual([
    ['llama3.1-8b', 1, 0],
    ['claude-sonnet-4-6', 2, 1],
  ]);
  expect(total).toMatchObject({
    exchanges: 3,
    input: 81,
    cacheRead: 2,
    cacheWrite: 7,
    output: 25,
    costUsd: 2.5,
    estimated: 1,
  });
});

test('by day and hour in order, and by key', () => {
  const rows = [row('a', 30), row('b', 20, { callerId: 'other' }), row('c', 1)];
  expect(report(rows, [], 'day').groups.map(({ name, exchanges }) => [name, exchanges])).toEqual([
    ['2026-11-19', 2],
    ['2026-11-20', 1],
  ]);
  expect(report(rows, [], 'hour').groups.map(({ name, exchanges }) => [name, exchanges])).toEqual([
    ['2026-11-19T10Z', 1],
    ['2026-11-19T20Z', 1],
    ['2026-11-20T15Z', 1],
  ]);
  expect(report(rows, [], 'key').groups.map(({ name }) => name)).toEqual(['master', 'other']);
});

test('each exchange is in one of: both, pending, missing; each other call of the view is from elsewhere', () => {
  const { accounts, groups } = report(
    [
      row('edge', 7 * 24 + 0.5),
      row('same', 50),
      row('two', 40, { upstreamRequestIds: ['s-two-1', 's-two-2'], tokens: { input: 150, output: 50 } }),
      row('guess', 30, { estimated: true }),
      row('cut', 20, { tokens: {}, outcome: 'client-left', status: 499 }),
      row('lost', 10),
      row('failed', 9, { tokens: {}, outcome: 'upstream-limited', status: 429 }),
      row('elsewhere-account', 9, { deploymentId: 'gone' }),
      row('young', 1),
    ],
    [
      view([
        ['s-edge', 100],
        ['s-same', 100],
        ['s-two-1', 100],
        ['s-two-2', 100],
        ['s-guess', 120],
        ['s-cut', 70],
        ['foreign', 1000, 'openai-gpt-5'],
      ]),
    ],
  );
  expect(accounts).toEqual([
    {
      account: 'https://myorg-myaccount.snowflakecomputing.com',
      both: { exchanges: 4, ourTokens: 400, snowflakeTokens: 490, differing: 1, estimated: 1, uncounted: 1 },
      pending: { calls: 1, tokens: 100 },
      missing: { calls: 1, tokens: 100 },
      elsewhere: { calls: 1, tokens: 1000, models: [{ model: 'openai-gpt-5', calls: 1, tokens: 1000 }] },
    },
  ]);
  expect(groups[0]?.snowflakeTokens).toBe(490);
});

test('as a terminal shows it', () => {
  const lines = renderUsage(
    report(
      [row('a', 50, { tokens: { input: 1_234, output: 20 } }), row('b', 1)],
      [
        view([
          ['s-a', 1_254],
          ['x', 7],
        ]),
      ],
    ),
  );
  expect(lines).toEqual([
    'Usage by model, 2026-11-13 16:00 UTC to 2026-11-20 16:00 UTC',
    '',
    "model              exchanges  failed  input  cache read  cache write  output  cost (USD)  Snowflake's tokens",
    'claude-sonnet-4-6          2       0  1,314           0            0      40      1.0000               1,254',
    'total                      2       0  1,314           0            0      40      1.0000               1,254',
    '',
    'Beside SNOWFLAKE.ACCOUNT_USAGE.CORTEX_REST_API_USAGE_HISTORY of https://myorg-myaccount.snowflakecomputing.com:',
    "  1 exchange in both: 1,254 tokens by our count, 1,254 by Snowflake's.",
    '  1 call with 100 tokens, less than two hours old and not in the view yet. It lags by 45 minutes, sometimes by more.',
    '  1 call with 7 tokens, in the view alone: made with other tools, or by another gateway (claude-sonnet-4-6: 1, 7 tokens).',
  ]);
});

test('nothing on record is said so', () => {
  expect(renderUsage(report([]))).toEqual([
    'Usage by model, 2026-11-13 16:00 UTC to 2026-11-20 16:00 UTC',
    '',
    'No exchange is on record for this time.',
  ]);
});
