import { describe, expect, test } from 'vitest';
import { GatewayError } from '../../errors/error.ts';
import type { ErrorKind } from '../../errors/table.ts';
import { classifyAnswer } from '../../upstream/classify.ts';
import { anthropicMessagesClient as client } from './client.ts';

/** What Cortex said, as the gateway understands it. */
const said = (message: string, status = 400) =>
  classifyAnswer(status, {}, JSON.stringify({ message, request_id: 'sf-1' }), 'Snowflake');
const messageOf = (error: GatewayError) => client.writeError(error, 'req_1').error as { type: string; message: string };

test('the envelope', () => {
  expect(client.writeError(said('too many requests', 429), 'req_1')).toEqual({
    type: 'error',
    error: {
      type: 'rate_limit_error',
      message: expect.stringContaining('Snowflake said: too many requests') as string,
    },
    request_id: 'req_1',
    snowflake_request_id: 'sf-1',
  });
  const details = { error_code: 'thread_unsupported_request', unsupported: ['thread'] };
  expect(client.writeError(new GatewayError('unsupported', 'No threads.', { details }), 'req_1')).toEqual({
    type: 'error',
    error: { type: 'invalid_request_error', message: 'No threads.', details },
    request_id: 'req_1',
  });
});

test('in a stream it is an event of that name', () => {
  const error = new GatewayError('upstream-overloaded', 'Busy.');
  expect(client.writeErrorEvents(error, 'req_1', { model: 'claude-opus-5', createdAt: 0 })).toEqual([
    {
      event: 'error',
      data: '{"type":"error","error":{"type":"overloaded_error","message":"Busy."},"request_id":"req_1"}',
    },
  ]);
});

test.each<[ErrorKind, string]>([
  ['unauthenticated', 'authentication_error'],
  ['forbidden', 'permission_error'],
  ['not-found', 'not_found_error'],
  ['too-large', 'request_too_large'],
  ['upstream-timeout', 'timeout_error'],
  ['upstream-broken', 'api_error'],
])('%s is %s', (kind, type) => {
  expect(messageOf(new GatewayError(kind, 'Said.'))).toEqual({ type, message: 'Said.' });
});

describe('what agents heal themselves from reaches them intact', () => {
  test.each([
    [
      'invalid request parameters: "context_management: Extra inputs are not permitted"',
      'context_management: Extra inputs are not permitted',
    ],
    [
      String.raw`invalid request parameters: "tools.0.custom.strict: \"true\" is not permitted"`,
      'tools.0.custom.strict: "true" is not permitted',
    ],
    ['invalid request parameters: Requests cannot end so.', 'Requests cannot end so.'],
    ['invalid beta flag', 'invalid beta flag'],
  ])('%s', (message, expected) => {
    expect(messageOf(said(message))).toEqual({ type: 'invalid_request_error', message: expected });
  });

  test.each([
    [
      'invalid request parameters: "prompt is too long: 210000 tokens > 200000 maximum"',
      'prompt is too long: 210000 tokens > 200000 maximum',
    ],
    [
      "This model's maximum context length is 128,000 tokens. However, your messages resulted in 130,417 tokens.",
      'prompt is too long: 130417 tokens > 128000 maximum',
    ],
    [
      "This model's maximum context length is 128000 tokens. However, you requested 132000 tokens (128000 in the messages, 4000 in the completion).",
      'prompt is too long: 132000 tokens > 128000 maximum',
    ],
  ])('overflow: %s', (message, expected) => {
    expect(messageOf(said(message))).toEqual({ type: 'invalid_request_error', message: expected });
  });

  test('an overflow without numbers is recognisable', () => {
    expect(messageOf(said('max tokens of 131072 exceeded')).message).toMatch(
      /^prompt is too long: Snowflake said: max tokens of 131072 exceeded/,
    );
  });
});
