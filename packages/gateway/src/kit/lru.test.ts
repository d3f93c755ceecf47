import { describe, expect, it } from 'vitest';
import { Lru } from './lru.ts';

describe('Lru', () => {
  it('forgets what was used least recently once the weight is over the capacity', () => {
    const lru = new Lru<string>({ capacity: 3, weigh: (text) => text.length, ttlMs: 1000, now: () => 0 });
    lru.set('a', 'x');
    lru.set('b', 'x');
    lru.set('c', 'x');
    lru.get('a');
    lru.set('d', 'x');
    expect(['a', 'b', 'c', 'd'].map((key) => lru.get(key))).toEqual(['x', undefined, 'x', 'x']);
    lru.set('e', 'xxx');
    expect(['a', 'c', 'd', 'e'].map((key) => lru.get(key))).toEqual([undefined, undefined, undefined, 'xxx']);
  });

  it('forgets what is older than its time to live', () => {
    let now = 0;
    const lru = new Lru<number>({ capacity: 10, weigh: () => 1, ttlMs: 100, now: () => now });
    lru.set('a', 1);
    now = 99;
    expect(lru.get('a')).toBe(1);
    now = 100;
    expect(lru.get('a')).toBeUndefined();
  });
});
