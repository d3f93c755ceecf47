import { expect, it } from 'vitest';
import { GatewayError } from '../../errors/error.ts';
import type { ErrorKind } from '../../errors/table.ts';
import { failureClass, isDeploymentsFault } from './failure-class.ts';

it.each<[ErrorKind, string | undefined, boolean]>([
  ['upstream-timeout', 'timeout', true],
  ['upstream-limited', 'rate-limit', true],
  ['upstream-spent', 'rate-limit', true],
  ['upstream-overloaded', 'overloaded', true],
  ['upstream-broken', 'server-error', true],
  ['upstream-refused-us', 'authentication', true],
  ['invalid-request', 'bad-request', false],
  ['unsupported', 'bad-request', false],
  ['context-overflow', 'bad-request', false],
  ['client-left', undefined, false],
  ['rate-limited', undefined, false],
  ['overloaded', undefined, false],
  ['internal', undefined, false],
])('%s is called %s; the deployment’s fault: %s', (kind, name, itsFault) => {
  const error = new GatewayError(kind, 'It failed.');
  expect([failureClass(error), isDeploymentsFault(error)]).toEqual([name, itsFault]);
});

it.each([
  ['content_filter', undefined],
  [undefined, 'The response was filtered by our content management policy.'],
  [undefined, 'Blocked by guardrail'],
])('a refusal of the content is one by its code or its words (%s, %s)', (code, message) => {
  const upstream = {
    status: 400,
    ...(code === undefined ? {} : { code }),
    ...(message === undefined ? {} : { message }),
  };
  expect(failureClass(new GatewayError('invalid-request', 'It failed.', { upstream }))).toBe('content-policy');
});
