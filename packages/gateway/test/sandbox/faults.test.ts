// `sandbox> fail NAME`: what comes over the wire for each name.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/ir/json.ts';
import { type CortexSandbox, createCortexSandbox } from '../../src/sandbox/index.ts';
import { at, chat, parse } from './calls.ts';

let sandbox: CortexSandbox;
beforeAll(async () => {
  sandbox = await createCortexSandbox();
});
afterAll(() => sandbox.close());

const says = (content: string, extra: JsonObject = {}): JsonObject => ({
  model: 'claude-sonnet-4-6',
  messages: [{ role: 'user', content }],
  ...extra,
});

/** Names no fault: whatever reads errors by their words must not take a slip of the pen for a failure of Cortex. */
const UNKNOWN = 'The script asks for a fault that this sandbox does not have; its documentation lists those it has.';

describe('faults by name', () => {
  const failing = (name: string, extra: JsonObject = {}) => says(`sandbox> fail ${name}`, extra);
  test.each<[string, number, JsonObject]>([
    ['401', 401, { code: '394400' }],
    ['300014', 400, { code: '300014', message: 'unknown model: "claude-sonnet-4-6"', error_code: '300014' }],
    ['418', 418, { message: UNKNOWN }],
    ['throtled', 400, { message: UNKNOWN }],
    ['402', 402, { message: 'budget exceeded' }],
    ['403', 403, { message: 'Not Authorized' }],
    ['003001', 403, { code: '003001' }],
    ['429', 429, { message: 'too many requests' }],
    ['throttled', 400, { message: 'all requests were throttled by remote service' }],
    ['500', 500, { message: 'internal error' }],
    ['503', 503, { message: 'inference timed out' }],
    ['504', 504, {}],
    ['390112', 200, { code: '390112', error_code: '390112' }],
    ['390432', 401, { message: 'Fail : Network policy is required.' }],
    ['392606', 500, { code: '392606', message: 'java.io.IOException: Connection reset by peer' }],
    ['stream-error', 500, { message: 'internal error' }],
  ])('%s', async (name, status, body) => {
    const answer = await chat(sandbox.url, failing(name));
    expect(parse(answer.text)).toMatchObject(body);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('retry-after')).toBeNull();
    expect(answer.headers.get('x-couloir-sandbox')).toBe('1');
    expect(answer.headers.get('x-snowflake-request-id')).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/,
    );
  });

  test('html, garbage, empty, reset', async () => {
    const html = await chat(sandbox.url, failing('html'));
    expect([html.status, html.headers.get('content-type')]).toEqual([502, 'text/html']);
    const garbage = await chat(sandbox.url, failing('garbage'));
    expect(garbage.status).toBe(200);
    expect(() => parse(garbage.text)).toThrow(SyntaxError);
    const empty = await chat(sandbox.url, failing('empty'));
    expect(at(parse(empty.text), 'choices[0].message.content')).toBe('');
    await expect(chat(sandbox.url, failing('reset'))).rejects.toThrow('fetch failed');
  });

  test('faults inside a stream', async () => {
    const stream = { stream: true, stream_options: { include_usage: true } };
    const empty = await chat(sandbox.url, failing('empty', stream));
    expect(empty.text).toMatch(/^data: \{"choices":\[\],[^\n]+\}\n\ndata: \[DONE\]\n\n$/);
    const typed = await chat(sandbox.url, failing('stream-error', stream));
    expect(typed.text).toMatch(
      /\n\nevent: error\ndata: \{"error":\{"message":"Something went wrong during generation","code":"500"\}\}\n\n$/,
    );
    const untyped = await chat(sandbox.url, failing('stream-error-data', stream));
    expect(untyped.text).toMatch(
      /\}\n\ndata: \{"error":\{"message":"Something went wrong during generation","code":"500"\}\}\n\n$/,
    );
    const unfinished = await chat(sandbox.url, failing('unfinished', stream));
    expect(unfinished.status).toBe(200);
    expect(unfinished.text).not.toContain('[DONE]');
  });

  test('only the first two attempts fail', async () => {
    const statuses: number[] = [];
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const answer = await chat(sandbox.url, says('sandbox> fail 503 x2\nsandbox> say ok'));
      statuses.push(answer.status);
    }
    expect(statuses).toEqual([503, 503, 200]);
  });
});
