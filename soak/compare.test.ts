// A judge that cannot find anything is worth nothing: each invariant, broken on purpose.
import { expect, it } from 'vitest';
import type { LoggedRequest } from '../packages/gateway/src/sandbox/index.ts';
import type { Told } from './client.ts';
import { compareTales, type Tales } from './compare.ts';
import { type LogLine, readLogLine } from './log-line.ts';

const TRACE = 'a'.repeat(32);
const TOKENS = { input: 100, cacheRead: 20, cacheWrite: 0, output: 7, reasoning: 0 };

const told: Told = {
  traceId: TRACE,
  dialect: 'openai-chat',
  path: '/v1/chat/completions',
  model: 'claude-sonnet-4-6',
  stream: true,
  bytes: 500,
  startedAtMs: 10_000,
  endedAtMs: 11_000,
  ended: 'complete',
  status: 200,
  requestId: 'r1',
  reading: { is: 'answer', text: 'hi', calls: [], usage: { input: 120, output: 7 }, raw: {} },
};
const line: LogLine = readLogLine({
  requestId: 'r1',
  path: '/v1/chat/completions',
  outcome: 'ok',
  attempts: 1,
  bytesIn: 500,
  upstreamRequestId: 'u1',
  inputTokens: 100,
  cacheReadTokens: 20,
  outputTokens: 7,
});
const request: LoggedRequest = {
  number: 1,
  method: 'POST',
  path: '/api/v2/cortex/v1/messages',
  headers: { traceparent: `00-${TRACE}-${'b'.repeat(16)}-01` },
  body: {},
  requestId: 'u1',
  startedAt: 10_100,
  closedAt: 10_900,
  aborted: false,
  ending: 'complete',
  status: 200,
  tokens: TOKENS,
};
const { requestId: _id, reading: _reading, status: _status, ...unanswered } = told;
const left: Told = { ...unanswered, ended: 'left' };
const leftLine: LogLine = readLogLine({
  requestId: 'r2',
  path: told.path,
  outcome: 'client-left',
  attempts: 0,
  bytesIn: 500,
});
const failed: Told = { ...told, status: 502, reading: { is: 'error', status: 502, message: 'No.' } };

function judge(tales: Partial<Tales>): string[] {
  const violations = compareTales({ told: [told], lines: [line], requests: [request], killsAtMs: [], ...tales });
  return violations.map(({ invariant, because }) => `${invariant}: ${because}`);
}

it('has nothing to say of three tales that fit', () => {
  expect(judge({})).toEqual([]);
  expect(judge({ told: [left], lines: [leftLine], requests: [] })).toEqual([]);
  const cut: LoggedRequest = { ...request, ending: 'cut', fault: 'cut' };
  expect(judge({ told: [failed], lines: [{ ...line, outcome: 'upstream-broken' }], requests: [cut] })).toEqual([]);
});

it.each<[string, Partial<Tales>]>([
  [
    'outcome: the connection ended without an end: ECONNRESET',
    { told: [{ ...left, ended: 'broken', because: 'ECONNRESET' }], lines: [leftLine], requests: [] },
  ],
  [
    'outcome: no finish_reason',
    {
      told: [{ ...told, reading: { is: 'malformed', because: 'no finish_reason' } }],
      lines: [{ ...line, outcome: 'upstream-broken' }],
    },
  ],
  ['content: the text is "h"', { told: [{ ...told, wrong: 'the text is "h"' }] }],
  [
    'honesty: success, and the upstream’s answer is cut with cut',
    { requests: [{ ...request, ending: 'cut', fault: 'cut' }] },
  ],
  [
    'honesty: success, and the upstream’s answer is complete with unfinished',
    { requests: [{ ...request, fault: 'unfinished' }] },
  ],
  ['log: it has 0 log lines', { lines: [] }],
  ['log: it has 2 log lines', { lines: [line, line] }],
  ['log: it has 0 log lines', { told: [left], lines: [], requests: [] }],
  ['log: the client has an answer, the log says client-left', { lines: [{ ...line, outcome: 'client-left' }] }],
  ['log: a log line of a request that no client made', { lines: [line, leftLine] }],
  ['log: the log says 1 attempts, the sandbox saw 2', { requests: [request, { ...request, requestId: 'u2' }] }],
  [
    'tokens: the log says 100/20/0/8 (input/read/written/output), the sandbox 100/20/0/7',
    { lines: [{ ...line, tokens: { ...TOKENS, output: 8 } }] },
  ],
  [
    'tokens: the client was told 121 and 7',
    { told: [{ ...told, reading: { is: 'answer', text: '', calls: [], usage: { input: 121, output: 7 }, raw: {} } }] },
  ],
  [
    'explained: an error (502: No.), and the upstream’s answer u1 was whole',
    { told: [failed], lines: [{ ...line, outcome: 'upstream-broken' }] },
  ],
  ['explained: a defect of the gateway', { told: [failed], lines: [{ ...line, outcome: 'internal' }], requests: [] }],
  [
    'orphan: a request to the upstream that no client’s request explains',
    { requests: [request, { ...request, requestId: 'u2', headers: {} }] },
  ],
])('finds "%s"', (expected, tales) => {
  expect(judge(tales)).toEqual([expected]);
});

it('forgives a killed worker what it had on its hands, and nothing before', () => {
  const broken: Told = { ...unanswered, ended: 'broken', because: 'ECONNRESET' };
  expect(judge({ told: [broken], lines: [], requests: [], killsAtMs: [10_500] })).toEqual([]);
  expect(judge({ told: [broken], lines: [], requests: [], killsAtMs: [12_000] })).toHaveLength(2);
});
