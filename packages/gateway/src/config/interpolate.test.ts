import { expect, it } from 'vitest';
import { interpolate, unsetReference } from './interpolate.ts';

const ENVIRONMENT = { HOST: 'acme', PORT: '42', EMPTY: '' };

it.each([
  ['${HOST}', 'acme'],
  ['https://${HOST}:${PORT}/x', 'https://acme:42/x'],
  ['${NONE:-default}', 'default'],
  ['${NONE:-}', ''],
  ['${EMPTY:-default}', 'default'],
  ['$${HOST}', '${HOST}'],
  ['os.environ/HOST', 'acme'],
  ['see os.environ/HOST', 'see os.environ/HOST'],
  ['$HOST', '$HOST'],
])('in our files %s is %s', (written, value) => {
  expect(interpolate({ key: written }, ENVIRONMENT, 'couloir')).toEqual({ root: { key: value }, unset: [] });
});

it('in LiteLLM files only os.environ/ is a reference', () => {
  expect(interpolate({ key: '${HOST}', list: ['os.environ/HOST'] }, ENVIRONMENT, 'litellm').root).toEqual({
    key: '${HOST}',
    list: ['acme'],
  });
});

it('tells where variables are missing, at any depth', () => {
  const { root, unset } = interpolate({ a: [{ b: '${NONE}' }], c: 'os.environ/EMPTY', d: 7 }, ENVIRONMENT, 'couloir');
  expect(unset).toEqual([
    { path: ['a', 0, 'b'], name: 'NONE' },
    { path: ['c'], name: 'EMPTY' },
  ]);
  expect(root).toEqual({ a: [{ b: '${NONE}' }], c: 'os.environ/EMPTY', d: 7 });
  expect(unsetReference(root['c'])).toBe('EMPTY');
  expect(unsetReference({ deep: ['os.environ/NONE'] })).toBe('NONE');
});
