import { describe, expect, test } from 'vitest';
import { sample } from '../../../test/cursor/samples.ts';
import { GatewayError } from '../../errors/error.ts';
import { ERRORS, type ErrorKind } from '../../errors/table.ts';
import { statusOf, writeError } from './errors.ts';
import { explainProbe } from './verify-probe.ts';

const KINDS = Object.keys(ERRORS) as ErrorKind[];

const STATUS: Record<ErrorKind, number> = {
  'invalid-request': 400,
  unsupported: 400,
  'context-overflow': 400,
  'output-limit': 400,
  'too-large': 400,
  unauthenticated: 401,
  forbidden: 400,
  'not-found': 400,
  'no-such-route': 400,
  'no-such-response': 400,
  'no-such-exchange': 400,
  'no-previous-response': 400,
  'method-not-allowed': 400,
  'rate-limited': 429,
  'client-left': 499,
  'upstream-refused-us': 400,
  'upstream-spent': 400,
  'upstream-limited': 429,
  'upstream-overloaded': 503,
  'upstream-timeout': 504,
  'upstream-broken': 502,
  overloaded: 503,
  'shutting-down': 503,
  internal: 500,
};

test.each(KINDS)('the status of %s', (kind) => {
  expect(statusOf(new GatewayError(kind, 'x'))).toBe(STATUS[kind]);
});

describe('envelopes', () => {
  test('what somebody must act on says so in a plain sentence', () => {
    const error = new GatewayError(
      'upstream-spent',
      'The Snowflake budget for this model is spent: an administrator must raise it.',
    );
    expect(writeError(error, 'r')).toEqual({
      error: {
        message: 'The Snowflake budget for this model is spent: an administrator must raise it.',
        type: 'invalid_request_error',
        param: null,
        code: 'upstream_budget_exceeded',
        request_id: 'r',
      },
    });
  });

  test('what may pass clears the key that the label will blame', () => {
    const error = new GatewayError('upstream-overloaded', 'Snowflake said: {"type":"overloaded_error"} (HTTP 529).');
    expect(writeError(error, 'r')).toEqual({
      error: {
        message: 'Your API key is fine. Snowflake said: {"type":"overload"} (HTTP 529).',
        type: 'server_error',
        param: null,
        code: null,
        request_id: 'r',
      },
    });
  });

  test('a wrong key is not called fine', () => {
    expect(writeError(new GatewayError('unauthenticated', 'Wrong key.'), 'r')).toMatchObject({
      error: { message: 'Wrong key.', code: 'invalid_api_key' },
    });
  });
});

describe('the verify button', () => {
  const { messages } = sample('verify.json');

  test('learns which names to enter', () => {
    const error = explainProbe(messages, 'gpt-4o', ['cortex-opus-5', 'cortex-sonnet-4-6']);
    expect(error).toMatchObject({ kind: 'invalid-request', detail: { param: 'model' } });
    expect(error?.publicMessage).toBe(
      'The connection works, but the model "gpt-4o" is not served here. In Cursor\'s model list add one of these and untick the others: cortex-opus-5, cortex-sonnet-4-6.',
    );
  });

  test.each([undefined, null, [], 'x', [{ role: 'user', content: 'Testing.' }], [{ role: 'user', content: [] }]])(
    '%j is no probe',
    (other) => {
      expect(explainProbe(other, 'gpt-4o', ['a'])).toBeUndefined();
    },
  );
});
