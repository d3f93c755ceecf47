import { describe, expect, it } from 'vitest';
import { GatewayError } from '../errors/error.ts';
import type { ErrorKind } from '../errors/table.ts';
import { classifyAnswer, explainFailure } from './classify.ts';

const snowflake = (message: string, code?: string) =>
  JSON.stringify({ message, ...(code === undefined ? {} : { code, error_code: code }), request_id: 'id-1' });

describe('what an upstream means', () => {
  // Bodies as in docs/cortex-quirks.md, each cited there.
  it.each([
    [302, '', 'upstream-refused-us', 'other'],
    [308, '<html>Moved</html>', 'upstream-refused-us', 'other'],
    [400, snowflake('unknown model: "fake_model"', '300014'), 'not-found', 'other'],
    [401, snowflake('Programmatic access token is invalid.', '394400'), 'upstream-refused-us', 'other'],
    [401, snowflake('JWT token is invalid. [0ce9eb56]', '390144'), 'upstream-refused-us', 'other'],
    [401, snowflake('Fail : Network policy is required.', '390432'), 'upstream-refused-us', 'other'],
    [
      403,
      snowflake('This account is not allowed to access this endpoint. Please contact Snowflake support.', '003001'),
      'upstream-refused-us',
      'other',
    ],
    [403, snowflake('Not Authorized'), 'upstream-refused-us', 'other'],
    [402, snowflake('budget exceeded'), 'upstream-spent', 'other'],
    [400, snowflake('all requests were throttled by remote service'), 'upstream-limited', 'same'],
    [429, snowflake('too many requests'), 'upstream-limited', 'same'],
    [503, snowflake('inference timed out'), 'upstream-overloaded', 'same'],
    [500, snowflake('java.io.IOException: Connection reset by peer', '392606'), 'upstream-broken', 'same'],
    [200, snowflake('java.io.IOException: Connection reset by peer', '392606'), 'upstream-broken', 'same'],
    [200, snowflake('Session token expired', '390112'), 'upstream-refused-us', 'same'],
    [500, snowflake('internal error'), 'upstream-broken', 'same'],
    [
      400,
      snowflake('invalid request parameters: "prompt is too long: 250000 tokens > 200000 maximum"'),
      'context-overflow',
      'never',
    ],
    [400, snowflake('max tokens of 200000 exceeded'), 'context-overflow', 'never'],
    [
      400,
      snowflake('The model you requested is unavailable in your region. To access it, enable cross region inference'),
      'not-found',
      'other',
    ],
    [
      400,
      snowflake('invalid request parameters: "tools.0.custom.eager_input_streaming: Extra inputs are not permitted"'),
      'invalid-request',
      'never',
    ],
    [
      400,
      '{"error":{"message":"This model\'s maximum context length is 8192 tokens","code":"context_length_exceeded"}}',
      'context-overflow',
      'never',
    ],
    [529, '{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}', 'upstream-overloaded', 'same'],
    [
      502,
      '<html><head><style>x{}</style></head><body><h1>502 Bad Gateway</h1></body></html>',
      'upstream-broken',
      'same',
    ],
    [500, '', 'upstream-broken', 'same'],
    [503, snowflake('embed timed out'), 'upstream-overloaded', 'same'],
    [504, '', 'upstream-timeout', 'same'],
    [200, snowflake('GOAWAY received'), 'upstream-broken', 'same'],
    [400, snowflake('Bearer token is missing'), 'upstream-refused-us', 'other'],
    [400, snowflake('region mismatch'), 'not-found', 'other'],
    [404, snowflake('The model is not available in the current region.'), 'not-found', 'other'],
    [403, snowflake('claude-fable-5 is not authorized or not available in your region.'), 'not-found', 'other'],
    [400, snowflake('model claude-fable-5 is suspended'), 'not-found', 'other'],
    [401, snowflake('Master token has expired.', '390114'), 'upstream-refused-us', 'same'],
    [
      400,
      snowflake('invalid request parameters: "messages.76: `tool_use` ids were found without `tool_result` blocks"'),
      'invalid-request',
      'never',
    ],
  ])('HTTP %i %s is %s, worth trying: %s', (status, body, kind, retry) => {
    const error = classifyAnswer(status, {}, body, 'Snowflake');
    expect([error.kind, error.detail.retry]).toEqual([kind, retry]);
  });

  it('the message tells what was said, the request id, and what to do', () => {
    expect(
      classifyAnswer(
        401,
        { 'x-snowflake-request-id': 'abc' },
        '{"message":"Programmatic access token is invalid.","code":"394400"}',
        'Snowflake',
      ).publicMessage,
    ).toBe(
      'Snowflake said: Programmatic access token is invalid. (HTTP 401, code 394400, request id abc). The programmatic access token is wrong, expired or disabled: generate a new one in Snowsight and set SNOWFLAKE_PAT.',
    );
  });

  it('a redirect tells where it leads, and nothing of what may be secret there', () => {
    const headers = { location: 'https://login.example.com/sso?token=secret#state' };
    expect(classifyAnswer(307, headers, '', 'Snowflake').publicMessage).toBe(
      'Snowflake said: moved to https://login.example.com/sso (HTTP 307). The address answers with a redirect, which is not followed with a credential: check account and api_base, and that no proxy on the way wants a sign-in.',
    );
  });

  it('an HTML page is reduced to its words', () => {
    expect(
      classifyAnswer(502, {}, '<html><style>a{}</style><h1>502 Bad\nGateway</h1></html>', 'Snowflake').publicMessage,
    ).toBe('Snowflake said: 502 Bad Gateway (HTTP 502). Try again.');
  });

  it('Retry-After is kept', () => {
    expect(classifyAnswer(429, { 'retry-after': '7' }, '', 'Snowflake').detail.retryAfterMs).toBe(7000);
  });
});

describe('what a failure inside an answer means', () => {
  const inside = (message: string, code?: string, kind: ErrorKind = 'upstream-broken') =>
    new GatewayError(kind, 'The upstream ended its answer.', {
      retry: 'same',
      upstream: { message, ...(code === undefined ? {} : { code }) },
    });

  it.each<[string, GatewayError, ErrorKind, string]>([
    ['words', inside('all requests were throttled by remote service'), 'upstream-limited', 'same'],
    ['a code of Snowflake', inside('java.io.IOException', '392606'), 'upstream-broken', 'same'],
    ['a status as a code', inside('busy', '503'), 'upstream-overloaded', 'same'],
    ['a type as a code', inside('wait', 'rate_limit_error'), 'upstream-limited', 'same'],
    ['an expired session', inside('Your session has expired.', '390112'), 'upstream-refused-us', 'same'],
    [
      'words for a code nobody knows',
      inside('prompt is too long: 2 tokens > 1 maximum', '7'),
      'context-overflow',
      'never',
    ],
    ['what only the codec knows', inside('no', undefined, 'upstream-timeout'), 'upstream-timeout', 'same'],
    ['nothing known', inside('Something went wrong during generation'), 'upstream-broken', 'same'],
  ])('%s', (_what, error, kind, retry) => {
    const explained = explainFailure(error, 'Snowflake', 'sf-1');
    expect([explained.kind, explained.detail.retry]).toEqual([kind, retry]);
    expect(explained.detail.upstream?.requestId).toBe('sf-1');
  });

  it('its own request id wins over the one of the answer', () => {
    const error = new GatewayError('upstream-broken', 'x', { upstream: { requestId: 'own', message: 'goaway' } });
    expect(explainFailure(error, 'Snowflake', 'sf-1').publicMessage).toBe(
      'Snowflake said: goaway (HTTP 200, request id own). A connection inside Snowflake was reset: try again.',
    );
  });

  it('without words it keeps its own, and gets the request id', () => {
    const explained = explainFailure(
      new GatewayError('upstream-broken', 'Cut off.', { retry: 'same' }),
      'Snowflake',
      'sf-1',
    );
    expect([explained.publicMessage, explained.detail]).toEqual([
      'Cut off.',
      { retry: 'same', upstream: { requestId: 'sf-1' } },
    ]);
  });
});

it('an answer that is asked to be too long is no conversation that is', () => {
  const said = (message: string) => classifyAnswer(400, {}, snowflake(message), 'Snowflake').kind;
  expect(
    [
      'invalid request parameters: "max_tokens: 200000 > 64000, which is the maximum allowed number of output tokens for claude-sonnet-4-6"',
      'max_tokens is too large: 100000. This model supports at most 16384 completion tokens, whereas you provided 100000.',
      'input length and `max_tokens` exceed context limit: 188240 + 21333 > 200000, decrease input length or `max_tokens` and try again',
    ].map(said),
  ).toEqual(['output-limit', 'output-limit', 'context-overflow']);
});
