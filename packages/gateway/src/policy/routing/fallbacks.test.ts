import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../errors/error.ts';
import { anotherMayAnswer, fallbacksAfter, withHistory } from './fallbacks.ts';

const error = (kind: GatewayError['kind'], message?: string) =>
  new GatewayError(kind, 'It failed.', message === undefined ? {} : { upstream: { status: 400, message } });
const tables = {
  fallbacks: { a: ['b', 'c'], 'eu/*': ['d'], 'eu/claude-*': ['e'] },
  defaultFallbacks: ['z'],
  contextWindowFallbacks: { a: ['long'] },
  contentPolicyFallbacks: { a: ['lenient'] },
};

describe('the models to try', () => {
  it.each([
    ['upstream-overloaded', ['b', 'c']],
    ['upstream-limited', ['b', 'c']],
    ['upstream-refused-us', ['b', 'c']],
    ['context-overflow', ['long']],
    ['invalid-request', []],
    ['unsupported', []],
    ['client-left', []],
    ['overloaded', []],
  ] as const)('after %s are %j', (kind, expected) => {
    expect(fallbacksAfter(error(kind), ['a'], tables)).toEqual(expected);
  });

  it('after a guardrail has refused are those for that, and of a model that is gone the usual ones', () => {
    expect(fallbacksAfter(error('invalid-request', 'blocked by the content_filter'), ['a'], tables)).toEqual([
      'lenient',
    ]);
    expect(fallbacksAfter(error('not-found', 'no such model'), ['a'], tables)).toEqual(['b', 'c']);
    // Nobody upstream has said so: the client asked for what is not served.
    expect(fallbacksAfter(error('not-found'), ['a'], tables)).toEqual([]);
  });

  it('go by the group’s name, then by what the client called it, then by the most particular pattern, then by default', () => {
    const after = (...names: string[]) => fallbacksAfter(error('upstream-broken'), names, tables);
    expect(after('unknown', 'a')).toEqual(['b', 'c']);
    expect(after('eu/llama')).toEqual(['d']);
    expect(after('eu/claude-opus')).toEqual(['e']);
    expect(after('other')).toEqual(['z']);
    expect(fallbacksAfter(error('upstream-broken'), ['other'], { ...tables, fallbacks: { '*': ['y'] } })).toEqual([
      'y',
    ]);
  });

  it('are none for a long prompt where nothing is said of that: the default is as short', () => {
    expect(fallbacksAfter(error('context-overflow'), ['other'], tables)).toEqual([]);
    expect(anotherMayAnswer(error('context-overflow'))).toBe(true);
  });
});

it('the first failure is told, with what was tried after it', () => {
  const first = error('upstream-limited');
  expect(withHistory(first, [])).toBe(first);
  expect(withHistory(first, [{ model: 'b', error: error('upstream-broken') }])).toMatchObject({
    kind: 'upstream-limited',
    publicMessage: 'It failed. Its fallbacks failed too: b (upstream-broken).',
  });
});
