import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mapChanged, replaceSome } from './map-changed.ts';

const items = fc.array(fc.integer({ min: -3, max: 3 }));

describe('mapChanged', () => {
  test('gives what map gives, and the same list where nothing changes', () => {
    fc.assert(
      fc.property(items, fc.integer({ min: -3, max: 3 }), (list, most) => {
        const change = (item: number, index: number) => (item > most ? item * 10 + index : item);
        const mapped = mapChanged(list, change);
        expect(mapped).toEqual(list.map(change));
        expect(mapped === list).toBe(list.every((item, index) => change(item, index) === item));
      }),
    );
  });
});

describe('replaceSome', () => {
  test('gives what flatMap gives, and the same list where nothing is replaced', () => {
    fc.assert(
      fc.property(items, (list) => {
        const replace = (item: number) => (item >= 0 ? undefined : Array.from({ length: -item - 1 }, () => item));
        const replaced = replaceSome(list, replace);
        expect(replaced).toEqual(list.flatMap((item) => replace(item) ?? [item]));
        expect(replaced === list).toBe(list.every((item) => item >= 0));
      }),
    );
  });
});
