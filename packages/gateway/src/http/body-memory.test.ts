import { expect, it } from 'vitest';
import { BodyMemory } from './body-memory.ts';

const KIB = 1024;

it('what was given back serves the next body of about its size', () => {
  const memory = new BodyMemory();
  const first = memory.lend();
  const bytes = first.take(200 * KIB)!;
  bytes.fill(1);
  first.giveBack();
  const next = memory.lend().take(130 * KIB)!;
  expect(next.buffer).toBe(bytes.buffer);
  expect(next.length).toBe(130 * KIB);
  expect(memory.lend().take(200 * KIB)!.buffer).not.toBe(bytes.buffer);
});

it('what nobody gave back, or gave back twice, is lent to one alone', () => {
  const memory = new BodyMemory();
  const kept = memory.lend().take(100 * KIB)!;
  expect(memory.lend().take(100 * KIB)!.buffer).not.toBe(kept.buffer);
  const loan = memory.lend();
  loan.take(100 * KIB);
  loan.giveBack();
  loan.giveBack();
  const [one, other] = [memory.lend().take(100 * KIB)!, memory.lend().take(100 * KIB)!];
  expect(one.buffer).not.toBe(other.buffer);
});

it.each([0, 60 * KIB, 5 * KIB * KIB])('%d bytes have memory of their own', (bytes) => {
  const loan = new BodyMemory().lend();
  expect(loan.take(bytes)).toBeUndefined();
  loan.giveBack();
});

it('keeps no more than 16 MiB', () => {
  const memory = new BodyMemory();
  const loans = Array.from({ length: 6 }, () => memory.lend());
  const before = new Set(loans.map((loan) => loan.take(4 * KIB * KIB)!.buffer));
  for (const loan of loans) loan.giveBack();
  const after = Array.from({ length: 6 }, () => memory.lend().take(4 * KIB * KIB)!.buffer);
  expect(after.filter((buffer) => before.has(buffer))).toHaveLength(4);
});
