// Every known failure of Cortex, made by the sandbox and heard by clients of the built program.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/ir/json.ts';
import { type CortexSandbox, createCortexSandbox } from '../../src/sandbox/index.ts';
import { FAILURES } from '../../src/upstream/failure-table.ts';
import { readText } from '../house/repository.ts';
import { type RunningCouloir, startCouloir } from '../support/couloir.ts';
import { AT_CLIENT, CATALOGUE, type CatalogueRow } from './catalogue.ts';
import { type AskingDialect, DIALECTS } from './dialects.ts';

let sandbox: CortexSandbox;
/** Never tries again, so that each failure is heard as it is. */
let plain: RunningCouloir;
/** Tries again once. */
let patient: RunningCouloir;
beforeAll(async () => {
  sandbox = await createCortexSandbox();
  // What one failure teaches the gateway must not change what is said of the next.
  const forgetful = 'pacing: { enabled: false }\nrouting: { cooldown: { enabled: false } }\n';
  const config = (retries: number) =>
    `accounts:\n  main: { host: '${sandbox.url}', token: sandbox-test }\nretries: ${retries}\n${forgetful}`;
  [plain, patient] = await Promise.all([startCouloir({ config: config(0) }), startCouloir({ config: config(1) })]);
});
afterAll(async () => {
  await Promise.all([plain.stop(), patient.stop()]);
  await sandbox.close();
});

async function ask(couloir: RunningCouloir, dialect: AskingDialect, text: string, stream: boolean) {
  const answer = await fetch(couloir.url + dialect.path, {
    method: 'POST',
    headers: { authorization: `Bearer ${couloir.key}`, 'content-type': 'application/json' },
    body: JSON.stringify(dialect.body(text, stream)),
  });
  return { status: answer.status, headers: answer.headers, text: await answer.text() };
}

/** What a client of the dialect must be told. */
function toldMessage({ kind, said, status, code, advice }: CatalogueRow, dialect: AskingDialect, id: string): RegExp {
  const own = dialect.anthropic && OWN_WORDS[kind];
  if (own !== undefined && own !== false) return own(said);
  const marks = [`HTTP ${status}`, ...(code === undefined ? [] : [`code ${code}`]), `request id ${id}`].join(', ');
  const words = status === 405 ? 'Snowflake gave no reason' : `Snowflake said: ${said}`;
  return new RegExp(`^${quote(words)}.*${quote(`(${marks}). ${advice ?? ''}`.trimEnd())}`, 's');
}

/** Anthropic's clients read its sentences by their beginning: docs/cortex-quirks.md#anthropic-text-wrapped */
const OWN_WORDS: Partial<Record<CatalogueRow['kind'], (said: string) => RegExp>> = {
  'invalid-request': (said) => new RegExp(`^${quote(unwrapped(said))}`),
  'output-limit': (said) => new RegExp(`^${quote(unwrapped(said))}`),
  'context-overflow': (said) =>
    said.includes('exceed context limit') ? new RegExp(`^${quote(unwrapped(said))}`) : /^prompt is too long: /,
};

function unwrapped(said: string): string {
  return said.replace(/^invalid request parameters: "?/, '');
}

function quote(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}

const SAID_INSIDE =
  /^Snowflake said: Something went wrong during generation \(HTTP 500, code 500(, request id \S+)?\)\. Try again; if it stays/;
const CUT = /(broke off its answer|the answer was cut off|before (the|its) answer was complete)\b.*Try again/;
const SNOWFLAKE_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/;

describe.each(DIALECTS)('$name', (dialect) => {
  test.each(CATALOGUE)('$fault is $kind', async (row) => {
    const { status, type, code, anthropic, mayRetry } = AT_CLIENT[row.kind]!;
    for (const stream of [false, true]) {
      const heard = await ask(plain, dialect, `sandbox> fail ${row.fault}`, stream);
      const id = heard.headers.get('x-snowflake-request-id') ?? '';
      // Also for a stream: an error that is known before the first byte is an answer of its own.
      expect(heard.headers.get('content-type')).toContain('application/json');
      const told = dialect.error(JSON.parse(heard.text) as JsonObject);
      expect(heard.status).toBe(status);
      expect(id).toMatch(SNOWFLAKE_ID);
      expect(told).toEqual({
        type: dialect.anthropic ? anthropic : type,
        code: dialect.anthropic ? null : code,
        message: expect.stringMatching(toldMessage(row, dialect, id)) as string,
        snowflakeRequestId: id,
      });
      expect(heard.headers.get('x-should-retry')).toBe(String(mayRetry));
      expect(heard.headers.get('retry-after')).toBe(status === 429 || status === 503 ? '5' : null);
    }
  });

  test.each([
    ['empty', 429, 'Cortex answered 200 with nothing in it'],
    ['garbage', 502, 'Snowflake said: {"choices":'],
  ])('a 200 that is none: %s', async (fault, status, message) => {
    const heard = await ask(plain, dialect, `sandbox> fail ${fault}`, true);
    expect(heard.status).toBe(status);
    expect(dialect.error(JSON.parse(heard.text) as JsonObject).message).toContain(message);
    expect(heard.headers.get('x-should-retry')).toBe('true');
    expect(heard.headers.get('x-snowflake-request-id')).toMatch(SNOWFLAKE_ID);
  });

  test('a connection that is reset before there is an answer', async () => {
    const heard = await ask(plain, dialect, 'sandbox> fail reset', false);
    expect([heard.status, heard.headers.get('x-should-retry')]).toEqual([502, 'true']);
    expect(dialect.error(JSON.parse(heard.text) as JsonObject).message).toMatch(
      /^http:\/\/127\.0\.0\.1:\d+ could not be used: it (reset|closed) the connection/,
    );
  });

  test.each([
    ['an error event', 'sandbox> fail stream-error', SAID_INSIDE],
    ['an error without an event name', 'sandbox> fail stream-error-data', SAID_INSIDE],
    ['an end without the terminal event', 'sandbox> fail unfinished', CUT],
    ['a reset', 'sandbox> cut after 20', CUT],
  ])('amid a stream: %s', async (_what, fault, says) => {
    const heard = await ask(plain, dialect, `sandbox> pace 1ms\nsandbox> repeat 60 word\n${fault}`, true);
    expect(heard.status).toBe(200);
    expect(heard.text).toContain('word');
    expect(heard.text).not.toMatch(dialect.finished);
    const last = heard.text
      .trimEnd()
      .split('\n')
      .at(-1)!
      .replace(/^data: /, '');
    const event = JSON.parse(last) as JsonObject;
    const told = dialect.error((event['response'] ?? event) as JsonObject);
    expect(told.message).toMatch(says);
    expect(told.snowflakeRequestId).toMatch(SNOWFLAKE_ID);
    expect(told.snowflakeRequestId).toBe(heard.headers.get('x-snowflake-request-id'));
    // The Responses API has codes and no types here.
    const { type, code, anthropic } = AT_CLIENT['upstream-broken']!;
    const inside = { Messages: [anthropic, null], Responses: [undefined, 'server_error'] }[dialect.name];
    expect([told.type, told.code]).toEqual(inside ?? [type, code]);
  });
});

describe('what the gateway tries again', () => {
  const dialect = DIALECTS[0]!;
  test.each(CATALOGUE)('$fault: $triedAgain', async ({ fault, triedAgain, kind }) => {
    const heard = await ask(patient, dialect, `sandbox> fail ${fault} x1\nsandbox> say Healed.`, false);
    expect(heard.status).toBe(triedAgain ? 200 : AT_CLIENT[kind]!.status);
  });
});

test('a document is refused by the gateway itself: Cortex would answer as if the credential were wrong', async () => {
  const before = sandbox.requests.length;
  const answer = await fetch(`${plain.url}/v1/messages`, {
    method: 'POST',
    headers: { authorization: `Bearer ${plain.key}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      model: 'claude-sonnet-4-6',
      max_tokens: 100,
      messages: [
        {
          role: 'user',
          content: [{ type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: 'JVBERi0=' } }],
        },
      ],
    }),
  });
  expect(answer.status).toBe(400);
  expect(await answer.text()).toContain("Send the file's text instead.");
  expect(sandbox.requests.length).toBe(before);
});

test('every row of the table of failures is proven here', () => {
  const unproven = FAILURES.filter(
    ({ advice }) =>
      advice !== '' && !CATALOGUE.some((row) => row.advice !== undefined && advice.startsWith(row.advice)),
  );
  expect(unproven).toEqual([]);
});

test('docs/troubleshooting.md has every advice, in the same words', async () => {
  const page = ((await readText('docs/troubleshooting.md')) ?? '').replaceAll('’', "'");
  const advice = [...new Set(FAILURES.map((row) => row.advice))].filter((text) => text !== '');
  expect(advice.filter((text) => !page.includes(`| ${text} |`))).toEqual([]);
});

test('docs/sandbox.md names every fault that is made here', async () => {
  const page = (await readText('docs/sandbox.md')) ?? '';
  expect(CATALOGUE.map(({ fault }) => fault).filter((fault) => !page.includes(`\`${fault}\``))).toEqual([]);
});
