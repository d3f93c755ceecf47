import { expect, it } from 'vitest';
import { answerTo } from './slow-names.ts';

/** What glibc asks for `cortex.localhost`. */
const question = (type: number) =>
  Buffer.from(
    `1234010000010000000000000663${Buffer.from('ortex').toString('hex')}09${Buffer.from('localhost').toString('hex')}0000${type.toString(16).padStart(2, '0')}0001`,
    'hex',
  );

it('answers every question for an address with 127.0.0.1', () => {
  const answer = answerTo(question(1));
  expect(answer.subarray(0, 12).toString('hex')).toBe('123481800001000100000000');
  expect(answer.subarray(12, -16)).toEqual(question(1).subarray(12));
  expect(answer.subarray(-16).toString('hex')).toBe('c00c000100010000000000047f000001');
});

it('has no other records', () => {
  const answer = answerTo(question(28));
  expect(answer.subarray(0, 12).toString('hex')).toBe('123481800001000000000000');
  expect(answer.subarray(12)).toEqual(question(28).subarray(12));
});
