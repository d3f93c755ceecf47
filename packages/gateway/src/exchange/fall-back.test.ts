import { describe, expect, it } from 'vitest';
import { DEFAULTS } from '../config/defaults.ts';
import { GatewayError } from '../errors/error.ts';
import type { Group } from '../policy/route.ts';
import { fallbacksAfter } from '../policy/routing/fallbacks.ts';
import { fallBack } from './fall-back.ts';

const broken = new GatewayError('upstream-broken', 'It broke.');

async function scene(
  tables: Partial<typeof DEFAULTS.routing>,
  options: { named?: string[]; most?: number; works?: string[]; mayRetry?: boolean; error?: GatewayError } = {},
) {
  const { named = [], most = 5, works = [], mayRetry = true, error = broken } = options;
  const settings = { ...DEFAULTS.routing, ...tables };
  const aliases: Record<string, string> = { best: 'b' };
  const routes = {
    listed: () => [],
    find(name: string): Group {
      if (name.startsWith('nobody')) throw new GatewayError('not-found', `There is no ${name}.`);
      return { name: aliases[name] ?? name, deployments: [] };
    },
  };
  const router = {
    order: () => [],
    fallbacksAfter: (failed: GatewayError, names: readonly string[]) => fallbacksAfter(failed, names, settings),
  };
  const tried: string[] = [];
  const common = { routes, router, mayRetry: () => mayRetry, signal: new AbortController().signal };
  const outcome = await fallBack(
    { group: routes.find('a'), asked: 'alias-of-a', named, most, ...common },
    ({ name }) => {
      tried.push(name);
      return works.includes(name) ? Promise.resolve() : Promise.reject(name === 'a' ? error : broken);
    },
  ).then(
    () => 'ok',
    (failure: unknown) => (failure as GatewayError).publicMessage,
  );
  return { tried: tried.join(' '), outcome };
}

describe('from model to model', () => {
  it('a chain is followed to its end, depth first', async () => {
    expect(await scene({ fallbacks: { a: ['b', 'c'], b: ['d'] } }, { works: ['c'] })).toEqual({
      tried: 'a b d c',
      outcome: 'ok',
    });
  });

  it('nothing is tried twice: neither in a ring nor by another name', async () => {
    expect((await scene({ fallbacks: { a: ['b', 'best'], b: ['a', 'c'], c: ['b'] } })).tried).toBe('a b c');
  });

  it('at most so many others', async () => {
    expect((await scene({ fallbacks: { a: ['b', 'c', 'd'] } }, { most: 2 })).tried).toBe('a b c');
    expect((await scene({ fallbacks: { a: ['b'] } }, { most: 0 })).tried).toBe('a');
  });

  it('also by the name that the client called it', async () => {
    expect((await scene({ fallbacks: { 'alias-of-a': ['c'] } }, { works: ['c'] })).tried).toBe('a c');
  });

  it('the client’s own stand in place of the configured, of this model', async () => {
    const tables = { fallbacks: { a: ['b'], c: ['d'] } };
    expect((await scene(tables, { named: ['c'] })).tried).toBe('a c d');
    const refused = new GatewayError('invalid-request', 'It is wrong.');
    expect((await scene(tables, { named: ['c'], error: refused })).tried).toBe('a');
  });

  it('a name that nobody serves is passed over, and the first failure told', async () => {
    expect(await scene({}, { named: ['nobody', 'c'], works: ['c'] })).toEqual({ tried: 'a c', outcome: 'ok' });
    expect(await scene({}, { named: ['nobody'] })).toEqual({ tried: 'a', outcome: 'It broke.' });
  });

  it('nothing goes anywhere once an answer has begun', async () => {
    expect((await scene({ fallbacks: { a: ['b'] } }, { mayRetry: false })).tried).toBe('a');
  });
});
