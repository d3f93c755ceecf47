// The SQL client of the gateway against the sandbox's SQL API: neither knows the other's code.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { GatewayError } from '../../src/errors/error.ts';
import { type CortexSandbox, createCortexSandbox, type SandboxOptions } from '../../src/sandbox/index.ts';
import type { SqlConnection } from '../../src/upstream/sql/connection.ts';
import { runStatement, type StatementOptions } from '../../src/upstream/sql/run-statement.ts';
import type { TokenSource } from '../../src/upstream/tokens/source.ts';
import { createTransport, type Transport } from '../../src/upstream/transport.ts';
import { eventually } from '../support/couloir.ts';
import { type FakeClock, fakeClock } from '../support/fake-clock.ts';
import { chat, parse, post } from './calls.ts';

let clock: FakeClock;
let transport: Transport;
let sandbox: CortexSandbox;

beforeEach(async () => {
  clock = fakeClock(1_783_468_000_000);
  transport = createTransport();
  await start();
});
afterEach(async () => {
  await sandbox.close();
  await transport.close();
});

async function start(options: SandboxOptions = {}): Promise<void> {
  await sandbox?.close().catch(() => undefined);
  sandbox = await createCortexSandbox({ clock, ...options });
}

const TOKENS: TokenSource = {
  headersFor: async () => ({ authorization: 'Bearer sandbox-test' }),
  invalidate: () => false,
  learnClock: () => undefined,
};

function connection(over: Partial<SqlConnection> = {}): SqlConnection {
  return {
    url: `${sandbox.url}/api/v2/statements`,
    tokens: TOKENS,
    transport,
    clock,
    userAgent: 'couloir/test',
    ...over,
  };
}

const run = (statement: string, options: Partial<StatementOptions> = {}, over: Partial<SqlConnection> = {}) =>
  runStatement(connection(over), statement, { signal: new AbortController().signal, ...options });
const rows = async (statement: string, options?: Partial<StatementOptions>, over?: Partial<SqlConnection>) =>
  (await run(statement, options, over)).rows;
const failure = (statement: string, over?: Partial<SqlConnection>) =>
  run(statement, {}, over).then(
    () => undefined,
    (cause: unknown) => (cause instanceof GatewayError ? cause : undefined),
  );

describe('what is answered', () => {
  test.each<[string, Record<string, unknown>[]]>([
    ['SELECT CURRENT_REGION()', [{ 'CURRENT_REGION()': 'AWS_US_WEST_2' }]],
    [
      'select current_role() as role, current_user() as "who", current_account(), 1 as one, null, true;',
      [{ ROLE: 'SANDBOX_ROLE', who: 'SANDBOX_USER', 'CURRENT_ACCOUNT()': 'SANDBOX', ONE: 1, NULL: null, TRUE: true }],
    ],
    ["SELECT 'it''s -- fine' AS TEXT -- a comment", [{ TEXT: "it's -- fine" }]],
    ['SELECT CURRENT_TIMESTAMP() AS NOW', [{ NOW: new Date(1_783_468_000_000) }]],
    [
      "SELECT SNOWFLAKE.CORTEX.COMPLETE('llama3.1-8b', 'sandbox> say Hello, you') AS ANSWER",
      [{ ANSWER: 'Hello, you' }],
    ],
    [
      "SELECT SNOWFLAKE.CORTEX.COMPLETE('llama3.1-8b', [{'role': 'user', 'content': 'sandbox> say It''s, well, five'}], {'max_tokens': 3}) AS ANSWER",
      [
        {
          ANSWER: expect.stringMatching(
            /^\{"choices":\[\{"messages":"It's[^"]*"\}\],"created":1783468000,"model":"llama3.1-8b","usage":\{"prompt_tokens":\d+,"completion_tokens":3,"total_tokens":\d+\}\}$/,
          ),
        },
      ],
    ],
    [
      "SHOW PARAMETERS LIKE 'CORTEX_ENABLED_CROSS_REGION' IN ACCOUNT",
      [
        expect.objectContaining({
          key: 'CORTEX_ENABLED_CROSS_REGION',
          value: 'ANY_REGION',
          default: 'DISABLED',
          level: 'ACCOUNT',
        }),
      ],
    ],
    ['SHOW GRANTS TO USER SANDBOX_USER', expect.arrayContaining([expect.objectContaining({ role: 'SANDBOX_ROLE' })])],
    [
      'SHOW GRANTS OF DATABASE ROLE SNOWFLAKE.CORTEX_USER',
      [expect.objectContaining({ role: 'SNOWFLAKE.CORTEX_USER', granted_to: 'ROLE', grantee_name: 'PUBLIC' })],
    ],
    [
      "SHOW CORTEX BASE MODELS LIKE '%sonnet-4-6' IN SCHEMA SNOWFLAKE.MODELS",
      [
        expect.objectContaining({
          name: 'CLAUDE-SONNET-4-6',
          lifecycle_status: 'GA',
          in_region_availability: ['AWS_EU_WEST_2'],
          cross_region_availability: expect.arrayContaining(['ANY_REGION', 'AWS_US']),
        }),
      ],
    ],
    ["SHOW MODELS LIKE 'llama3.1-8b' IN SNOWFLAKE.MODELS", [expect.objectContaining({ name: 'LLAMA3.1-8B' })]],
  ])('%s', async (statement, wanted) => {
    expect(await rows(statement)).toEqual(wanted);
  });

  test('bindings are values, whatever they hold', async () => {
    const bindings = ["a'b", 7, true, '?'];
    expect(await rows("SELECT ? AS A, ? AS B, ? AS C, ? AS D, '?' AS E", { bindings })).toEqual([
      { A: "a'b", B: '7', C: 'true', D: '?', E: '?' },
    ]);
  });

  test('an administrator mends the account', async () => {
    await start({ account: { crossRegion: 'DISABLED' } });
    const asks = { model: 'claude-sonnet-4-6', messages: [{ role: 'user', content: 'sandbox> say ok' }] };
    expect((await chat(sandbox.url, asks)).status).toBe(400);
    const refused = await failure("ALTER ACCOUNT SET CORTEX_ENABLED_CROSS_REGION = 'ANY_REGION'");
    expect(refused?.detail.upstream?.code).toBe('003001');
    await run("ALTER ACCOUNT SET CORTEX_ENABLED_CROSS_REGION = 'ANY_REGION'", {}, { role: 'ACCOUNTADMIN' });
    expect((await chat(sandbox.url, asks)).status).toBe(200);
    await run('REVOKE DATABASE ROLE SNOWFLAKE.CORTEX_USER FROM ROLE PUBLIC', {}, { role: 'ACCOUNTADMIN' });
    expect((await chat(sandbox.url, asks)).status).toBe(403);
    await run('GRANT DATABASE ROLE SNOWFLAKE.CORTEX_USER TO ROLE PUBLIC', {}, { role: 'ACCOUNTADMIN' });
    expect((await chat(sandbox.url, asks)).status).toBe(200);
  });
});

describe('the usage view', () => {
  const ask = (model: string, script: string) =>
    chat(sandbox.url, { model, messages: [{ role: 'user', content: `sandbox> ${script}\nsandbox> say ok` }] });

  test('has what was really called, by request id, once its latency is over', async () => {
    await start({ account: { viewLatencyMs: 45 * 60_000 } });
    const answer = await ask('claude-sonnet-4-6', 'usage input=100 cached=40 output=7');
    await ask('llama3.1-8b', 'usage input=5 output=1');
    await ask('llama3.1-8b', 'fail 503');
    const all = 'SELECT * FROM SNOWFLAKE.ACCOUNT_USAGE.CORTEX_REST_API_USAGE_HISTORY ORDER BY TOKENS DESC';
    expect(await rows(all)).toEqual([]);
    await clock.advance(45 * 60_000);
    expect(await rows(all)).toEqual([
      {
        START_TIME: new Date(1_783_468_000_000),
        END_TIME: new Date(1_783_468_000_000),
        REQUEST_ID: answer.headers.get('x-snowflake-request-id'),
        MODEL_NAME: 'claude-sonnet-4-6',
        TOKENS: 107,
        TOKENS_GRANULAR: { input: 60, output: 7, cache_read_input: 40 },
        USER_ID: '1',
        INFERENCE_REGION: 'ANY_REGION',
      },
      expect.objectContaining({ MODEL_NAME: 'llama3.1-8b', TOKENS: 6, INFERENCE_REGION: 'AWS_US_WEST_2' }),
    ]);
  });

  test('is searched by time, model and request', async () => {
    await ask('llama3.1-8b', 'usage input=1 output=1');
    await clock.advance(2 * 3_600_000);
    const late = await ask('llama3.1-8b', 'usage input=2 output=2');
    const view = 'SNOWFLAKE.ACCOUNT_USAGE.CORTEX_REST_API_USAGE_HISTORY';
    const tokens = async (where: string, bindings: string[] = []) =>
      (await rows(`SELECT TOKENS AS T FROM ${view} WHERE ${where} ORDER BY START_TIME LIMIT 10`, { bindings })).map(
        ({ T }) => T,
      );
    expect(await tokens("START_TIME >= DATEADD('hour', -1, CURRENT_TIMESTAMP())")).toEqual([4]);
    expect(await tokens("START_TIME >= '2026-07-01' AND MODEL_NAME = 'llama3.1-8b'")).toEqual([2, 4]);
    expect(await tokens('START_TIME < TO_TIMESTAMP_LTZ(?)', [new Date(1_783_470_000_000).toISOString()])).toEqual([2]);
    expect(await tokens(`REQUEST_ID IN ('x', '${late.headers.get('x-snowflake-request-id')}')`)).toEqual([4]);
    expect(await rows(`SELECT COUNT(*) FROM ${view}`)).toEqual([{ 'COUNT(*)': 2 }]);
  });

  test('a long one comes in partitions, and the client puts them together', async () => {
    for (let count = 0; count < 1_200; count += 100) {
      await Promise.all(Array.from({ length: 100 }, () => ask('llama3.1-8b', 'usage input=1 output=1')));
    }
    const view = 'SNOWFLAKE.ACCOUNT_USAGE.CORTEX_REST_API_USAGE_HISTORY';
    expect(await rows(`SELECT REQUEST_ID FROM ${view}`)).toHaveLength(1_200);
    expect(sandbox.requests.at(-1)?.path).toContain('?partition=1');
  });
});

describe('what fails says how, and what to do', () => {
  test.each<[string, Partial<SqlConnection>, string, string, RegExp]>([
    ['SELEC 1', {}, '001003', 'invalid-request', /syntax error line 1 at position 0 unexpected 'SELEC'/],
    [
      'SELECT * FROM SECRET.TABLES',
      {},
      '002003',
      'upstream-refused-us',
      /Object 'SECRET.TABLES' does not exist or not authorized/,
    ],
    ['SELECT NO_SUCH()', {}, '002140', 'invalid-request', /Unknown function NO_SUCH/],
    ['USE ROLE ACCOUNTADMIN', {}, '391911', 'invalid-request', /does not support the statement 'USE'/],
    ['CREATE TABLE T (A INT)', {}, '000002', 'invalid-request', /does not understand this statement/],
    ['SELECT 1', { role: 'NOBODY' }, '390189', 'upstream-refused-us', /Name a role that is granted to the user/],
    ["SELECT SNOWFLAKE.CORTEX.COMPLETE('nope', 'x')", {}, '100351', 'invalid-request', /unknown model/],
    [
      "SELECT SNOWFLAKE.CORTEX.COMPLETE('llama3.1-8b', 'x')",
      { warehouse: '' },
      '391920',
      'upstream-refused-us',
      /SNOWFLAKE_WAREHOUSE/,
    ],
    [
      'SELECT * FROM SNOWFLAKE.ACCOUNT_USAGE.CORTEX_REST_API_USAGE_HISTORY',
      { role: 'PUBLIC' },
      '002003',
      'upstream-refused-us',
      /SNOWFLAKE.USAGE_VIEWER/,
    ],
  ])('%s', async (statement, over, code, kind, says) => {
    const error = await failure(statement, over);
    expect([error?.kind, error?.detail.upstream?.status, error?.detail.upstream?.code]).toEqual([kind, 422, code]);
    expect(error?.publicMessage).toMatch(says);
  });

  test('a wrong token and a missing path are told as everywhere', async () => {
    const wrong: TokenSource = { ...TOKENS, headersFor: async () => ({ authorization: 'Bearer wrong' }) };
    expect((await failure('SELECT 1', { tokens: wrong }))?.kind).toBe('upstream-refused-us');
    expect((await failure('SELECT 1', { url: `${sandbox.url}/api/v2/nowhere` }))?.kind).toBe('not-found');
  });

  test('a token that was refused is renewed once', async () => {
    let current = 'wrong';
    const renewing: TokenSource = {
      headersFor: async () => ({ authorization: `Bearer ${current}` }),
      invalidate: () => {
        const renewed = current === 'wrong';
        current = 'sandbox-new';
        return renewed;
      },
      learnClock: () => undefined,
    };
    expect(await rows('SELECT 1', {}, { tokens: renewing })).toEqual([{ '1': 1 }]);
  });
});

describe('statements that last', () => {
  test('within 45 seconds are answered in one go', async () => {
    const result = run('SELECT SYSTEM$WAIT(30) AS W');
    await eventually(() => sandbox.openRequests === 1);
    await clock.advance(30_000);
    expect((await result).rows).toEqual([{ W: 'waited 30 seconds' }]);
    expect(sandbox.requests).toHaveLength(1);
  });

  test('beyond that are asked for by their handle, more and more seldom', async () => {
    const pauses: number[] = [];
    const result = run('SELECT SYSTEM$WAIT(60) AS W', {}, { clock: noting(pauses) });
    await eventually(() => sandbox.openRequests === 1);
    await clock.advance(45_000);
    for (let seen = 1; seen <= 7; seen += 1) {
      await eventually(() => pauses.length === seen);
      await clock.advance(pauses.at(-1)!);
    }
    expect((await result).rows).toEqual([{ W: 'waited 60 seconds' }]);
    expect(pauses).toEqual([250, 500, 1_000, 2_000, 4_000, 5_000, 5_000]);
  });

  test('are cancelled when nobody waits any more', async () => {
    const leaving = new AbortController();
    const pauses: number[] = [];
    const result = run('SELECT SYSTEM$WAIT(600)', { signal: leaving.signal }, { clock: noting(pauses) });
    await eventually(() => sandbox.openRequests === 1);
    await clock.advance(45_000);
    await eventually(() => pauses.length === 1);
    leaving.abort(new Error('left'));
    await expect(result).rejects.toThrow('left');
    expect(sandbox.requests.at(-1)).toMatchObject({
      method: 'POST',
      path: expect.stringMatching(/\/cancel$/),
      status: 200,
    });
  });

  test('run into their own time limit', async () => {
    const result = run('SELECT SYSTEM$WAIT(30)', { timeoutMs: 5_000 }).catch((cause: unknown) => cause);
    await eventually(() => sandbox.openRequests === 1);
    await clock.advance(5_000);
    expect(await result).toMatchObject({
      kind: 'upstream-timeout',
      detail: { upstream: { status: 408, code: '000630' } },
    });
  });

  test('asked for asynchronously have a handle at once; one that nobody submitted has none', async () => {
    const answer = await post(sandbox.url, '/api/v2/statements?async=true', { statement: 'SELECT SYSTEM$WAIT(5)' });
    const { statementStatusUrl: own, code } = parse(answer.text);
    expect([answer.status, code]).toEqual([202, '333334']);
    if (typeof own !== 'string') throw new Error('no address of its status');
    const headers = { authorization: 'Bearer sandbox-test' };
    const status = async (path: string) => (await fetch(`${sandbox.url}${path}`, { headers })).status;
    expect(await status(own)).toBe(202);
    await clock.advance(5_000);
    expect(await status(own)).toBe(200);
    expect(await status('/api/v2/statements/nobody')).toBe(404);
  });
});

/** The test's clock, telling how long the client means to wait. */
function noting(pauses: number[]): FakeClock {
  return {
    ...clock,
    sleep: (ms, signal) => {
      pauses.push(ms);
      return clock.sleep(ms, signal);
    },
  };
}
