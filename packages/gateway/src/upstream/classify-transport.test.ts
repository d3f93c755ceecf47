import { expect, it } from 'vitest';
import { GatewayError } from '../errors/error.ts';
import { classifyCut } from './classify-transport.ts';

it('a connection that broke is the upstream’s doing, and may be tried again', () => {
  const reset = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
  expect(classifyCut(reset, 'Snowflake', 'id-1')).toMatchObject({
    kind: 'upstream-broken',
    publicMessage: 'Snowflake broke off its answer (ECONNRESET, request id id-1). Try again.',
    detail: { retry: 'same', upstream: { code: 'ECONNRESET', requestId: 'id-1' } },
  });
  const wrapped = new Error('other side closed', { cause: reset });
  expect(classifyCut(wrapped, 'Snowflake', undefined).kind).toBe('upstream-broken');
});

it('silence is told apart', () => {
  const silent = Object.assign(new Error('Body Timeout'), { code: 'UPSTREAM_IDLE_TIMEOUT' });
  expect(classifyCut(silent, 'Snowflake', undefined).kind).toBe('upstream-timeout');
});

it('a mistake of our own is no failure of the upstream, and nothing hides it', () => {
  const defect = new TypeError("Cannot read properties of undefined (reading 'length')");
  expect(classifyCut(defect, 'Snowflake', 'id-1')).toMatchObject({ kind: 'internal', detail: { cause: defect } });
});

it('what is classified already stays as it is', () => {
  const known = new GatewayError('upstream-limited', 'slow down');
  expect(classifyCut(known, 'Snowflake', undefined)).toBe(known);
});
