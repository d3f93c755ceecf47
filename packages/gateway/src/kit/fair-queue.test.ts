import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FairQueue } from './fair-queue.ts';

interface Item {
  callerId: string;
  number: number;
}

/** `a1 a2 b1` stands for two items of a and one of b. */
function filled(items: string): FairQueue<Item> {
  const queue = new FairQueue<Item>();
  for (const text of items.split(' ')) queue.push({ callerId: text[0]!, number: Number(text.slice(1)) });
  return queue;
}

function drain(queue: FairQueue<Item>): string {
  const served: string[] = [];
  for (let next = queue.peek(); next !== undefined; next = queue.peek()) {
    queue.serve(next);
    served.push(next.callerId + next.number);
  }
  return served.join(' ');
}

test('callers take turns, and each one has its own served in order', () => {
  expect(drain(filled('a1 a2 a3 a4 b1 c1 c2'))).toBe('a1 b1 c1 a2 c2 a3 a4');
});

test('who had a turn goes to the end, also behind newcomers', () => {
  const queue = filled('a1 a2 b1');
  queue.serve(queue.peek()!);
  queue.push({ callerId: 'c', number: 1 });
  expect(drain(queue)).toBe('b1 a2 c1');
});

test('who may not go is passed over and keeps the turn', () => {
  const queue = filled('a1 b1');
  expect(queue.peek((callerId) => callerId !== 'a')).toEqual({ callerId: 'b', number: 1 });
  expect(queue.peek(() => false)).toBeUndefined();
  expect(drain(queue)).toBe('a1 b1');
});

test('to leave is not to have had a turn', () => {
  const queue = filled('a1 a2 b1');
  const first = queue.peek()!;
  expect(queue.remove(first)).toBe(true);
  expect(queue.remove(first)).toBe(false);
  expect(drain(queue)).toBe('a2 b1');
});

test('in a full queue the longest line gives way, unless it is one’s own', () => {
  const queue = filled('a1 b1 b2 b3 c1 c2');
  expect(queue.longestLineBeside('a')).toEqual({ callerId: 'b', number: 3 });
  expect(queue.longestLineBeside('d')).toEqual({ callerId: 'b', number: 3 });
  expect(queue.longestLineBeside('b')).toBeUndefined();
  expect(filled('a1 b1').longestLineBeside('a')).toBeUndefined();
  expect(new FairQueue<Item>().longestLineBeside('a')).toBeUndefined();
});

test('those ahead of a newcomer are exactly those that are served before it', () => {
  const callers = fc.constantFrom('a', 'b', 'c', 'd');
  const before = fc.array(fc.oneof(callers, fc.constant('serve')), { maxLength: 30 });
  fc.assert(
    fc.property(before, callers, (steps, newcomer) => {
      const queue = new FairQueue<Item>();
      let number = 0;
      for (const step of steps) {
        const next = queue.peek();
        if (step !== 'serve') queue.push({ callerId: step, number: (number += 1) });
        else if (next !== undefined) queue.serve(next);
      }
      const ahead = [...queue.aheadOf(newcomer)].map((item) => item.callerId + item.number);
      queue.push({ callerId: newcomer, number: 0 });
      const order = Array.from(queue.inTurn(), (item) => item.callerId + item.number);
      expect(drain(queue).split(' ')).toEqual(order);
      expect(order.slice(0, ahead.length + 1)).toEqual([...ahead, `${newcomer}0`]);
      expect(queue.size).toBe(0);
    }),
  );
});
