import { expect, test } from 'vitest';
import { createStopMatcher } from './stop-matcher.ts';

const feed = (sequences: string[], pieces: string[]) => {
  const matcher = createStopMatcher(sequences);
  const released = pieces.map((piece) => matcher.push(piece));
  return { released, rest: matcher.flush() };
};

test('what may begin a sequence waits for the next piece', () => {
  expect(feed(['END'], ['abE', 'N', 'D and more'])).toEqual({
    released: [{ text: 'ab' }, { text: '' }, { text: '', matched: 'END' }],
    rest: '',
  });
});

test('what turned out to begin nothing is released', () => {
  expect(feed(['END'], ['abE', 'Nx', 'E'])).toEqual({
    released: [{ text: 'ab' }, { text: 'ENx' }, { text: '' }],
    rest: 'E',
  });
});

test('a beginning inside a beginning is not lost', () => {
  expect(feed(['aab'], ['aa', 'ab!'])).toEqual({ released: [{ text: '' }, { text: 'a', matched: 'aab' }], rest: '' });
});

test('of several the one that is complete first ends the text', () => {
  expect(feed(['long stop', 'stop'], ['a long stop'])).toEqual({
    released: [{ text: 'a ', matched: 'long stop' }],
    rest: '',
  });
  expect(feed(['xyz', 'y'], ['axyz'])).toEqual({ released: [{ text: 'ax', matched: 'y' }], rest: '' });
});
