import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULTS } from '../../config/defaults.ts';
import type { RoutingSettings } from '../../config/settings.ts';
import { GatewayError } from '../../errors/error.ts';
import { seededRandom } from '../../kit/random.ts';
import { offlineDeployment } from '../../../test/support/offline-deployment.ts';
import type { Deployment } from '../../upstream/deployment.ts';
import { fakeClock } from '../../../test/support/fake-clock.ts';
import { createCooldowns } from '../cooldowns.ts';
import { createPacer, type Pacer } from '../pacing/pacer.ts';
import { rateLimitOf } from '../rate-limit.ts';
import { createRouter } from './router.ts';
import { createTraffic } from './traffic.ts';

function deployment(id: string, more: Partial<Deployment> = {}): Deployment {
  return {
    ...offlineDeployment('llama3.1-8b'),
    id,
    model: 'm',
    capabilities: { ...offlineDeployment('llama3.1-8b').capabilities, contextWindow: 1_000 },
    ...more,
  };
}

function house(settings: Partial<RoutingSettings> = {}, seed = 1, pacer?: Pick<Pacer, 'hasRoom'>) {
  let now = 0;
  const traffic = createTraffic(() => now);
  const cooldowns = createCooldowns({ ...DEFAULTS.routing.cooldown, allowedFails: 0, timeMs: 1_000 }, () => now);
  const all = { ...DEFAULTS.routing, ...settings };
  const world = { settings: all, traffic, cooldowns, random: seededRandom(seed), now: () => now };
  const router = createRouter({ ...world, ...(pacer === undefined ? {} : { pacer }) });
  return {
    traffic,
    cooldowns,
    pass: (ms: number) => (now += ms),
    order: (
      deployments: Deployment[],
      request: { conversation?: string; promptTokens?: number; tags?: string[] } = {},
    ) =>
      router
        .order({ name: 'g', deployments }, { tags: [], promptTokens: 10, conversation: undefined, ...request })
        .map(({ id }) => id),
  };
}

const [a, b, c] = ['a', 'b', 'c'].map((id) => deployment(id)) as [Deployment, Deployment, Deployment];
const broken = new GatewayError('upstream-broken', 'broken');

describe('every order', () => {
  it('has each member once, lower tiers first, and cooling ones behind all others', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...(['simple-shuffle', 'least-busy', 'latency-based', 'usage-based', 'cost-based'] as const)),
        fc.array(fc.record({ order: fc.integer({ min: 0, max: 2 }), fails: fc.boolean() }), {
          minLength: 1,
          maxLength: 6,
        }),
        fc.option(fc.string(), { nil: undefined }),
        fc.nat(),
        (strategy, members, conversation, seed) => {
          const { order, cooldowns } = house({ strategy }, seed);
          const deployments = members.map((member, index) => deployment(`d${index}`, { order: member.order }));
          members.forEach(({ fails }, index) => fails && cooldowns.failed(`d${index}`, broken));
          const ids = order(deployments, conversation === undefined ? {} : { conversation });
          expect([...ids].sort()).toEqual(deployments.map(({ id }) => id).sort());
          const told = ids.map((id) => members[Number(id.slice(1))]!);
          const cooled = told.findIndex(({ fails }) => fails);
          const healthy = told.slice(0, cooled === -1 ? told.length : cooled);
          if (members.length > 1) expect(told.slice(healthy.length).every(({ fails }) => fails)).toBe(true);
          expect(healthy.map(({ order: tier }) => tier)).toEqual(
            healthy.map(({ order: tier }) => tier).sort((one, other) => one - other),
          );
        },
      ),
    );
  });
});

describe('strategies', () => {
  it('least-busy: the fewest on their way, for its weight', () => {
    const { order, traffic } = house({ strategy: 'least-busy' });
    const strong = deployment('strong', { weight: 4 });
    const flights = [traffic.started('a'), traffic.started('strong'), traffic.started('strong')];
    expect(order([a, strong])).toEqual(['strong', 'a']);
    flights[0]!.landed(1);
    expect(order([a, strong])).toEqual(['a', 'strong']);
  });

  it('usage-based: the smallest share of its own limits, in this minute', () => {
    const { order, traffic, pass } = house({ strategy: 'usage-based' });
    const wide = deployment('wide', { tpm: 100_000 });
    const narrow = deployment('narrow', { tpm: 10_000 });
    traffic.started('wide').landed(5_000);
    traffic.started('narrow').landed(2_000);
    expect(order([narrow, wide])).toEqual(['wide', 'narrow']);
    traffic.started('wide').landed(20_000);
    expect(order([wide, narrow])).toEqual(['narrow', 'wide']);
    pass(60_000);
    traffic.started('narrow').landed(1);
    expect(order([narrow, wide])).toEqual(['wide', 'narrow']);
  });

  it('latency-based: the quickest to begin, and whoever has not been asked yet', () => {
    const { order, traffic } = house({ strategy: 'latency-based' });
    traffic.started('a').answered(900);
    traffic.started('b').answered(100);
    expect(order([a, b])).toEqual(['b', 'a']);
    expect(order([a, b, c])[0]).toBe('c');
  });

  it('latency-based: whoever fails is not quick, and one request at a time tries who was not asked of late', () => {
    const { order, traffic, pass } = house({ strategy: 'latency-based' });
    traffic.started('a').answered(900);
    const failed = traffic.started('b');
    failed.gaveUp(30_000);
    failed.landed(0);
    expect(order([a, b])).toEqual(['a', 'b']);
    pass(6 * 60_000);
    traffic.started('a').answered(900);
    expect(order([a, b])[0]).toBe('b');
    const trial = traffic.started('b');
    expect(order([a, b])[0]).toBe('a');
    trial.answered(100);
    expect(order([a, b])[0]).toBe('b');
  });

  it('cost-based: the cheapest, by the operator’s price or the catalogue’s', () => {
    const { order } = house({ strategy: 'cost-based' });
    const priced = (id: string, usd: number) => deployment(id, { price: { input: usd, output: usd } });
    expect(order([priced('dear', 3), priced('cheap', 1), deployment('unknown'), priced('middling', 2)])).toEqual([
      'cheap',
      'middling',
      'dear',
      'unknown',
    ]);
  });

  it('where there is a place and room at once goes before where a request would have to wait', () => {
    const clock = fakeClock();
    const pacer = createPacer({ clock, maxWaitMs: 1_000 });
    const { order, traffic } = house({}, 1, pacer);
    const [one, two] = [deployment('one', { order: 1, model: 'x', tpm: 1_000 }), deployment('two', { order: 2 })];
    expect(order([one, two], { promptTokens: 900 })).toEqual(['one', 'two']);
    const { signal } = new AbortController();
    void pacer.enter({ ...rateLimitOf(one), callerId: 'me', tokens: 500, signal });
    expect(order([one, two], { promptTokens: 900 })).toEqual(['two', 'one']);
    expect(order([one, two], { promptTokens: 400 })).toEqual(['one', 'two']);
    const narrow = { ...one, maxParallel: 1 };
    const flight = traffic.started('one');
    expect(order([narrow, two], { promptTokens: 400 })).toEqual(['two', 'one']);
    flight.landed(0);
    expect(order([narrow, two], { promptTokens: 400 })).toEqual(['one', 'two']);
    pacer.close();
  });

  it('a deployment that has used up its minute goes behind one that has room', () => {
    const { order, traffic } = house();
    const one = deployment('one', { rpm: 1 });
    traffic.started('one').landed(0);
    expect(order([one, a])).toEqual(['a', 'one']);
  });
});

describe('affinity', () => {
  it('a conversation keeps its place, whatever the strategy thinks now', () => {
    const { order, traffic } = house({ strategy: 'least-busy' });
    const [home] = order([a, b], { conversation: 'x' });
    traffic.started(home!);
    expect(order([a, b], { conversation: 'x' })[0]).toBe(home);
    expect(order([a, b], { conversation: 'another' })[0]).not.toBe(home);
  });

  it('is the same in every process, in proportion to the weights; only those of a member that is gone move', () => {
    const heavy = deployment('heavy', { weight: 3 });
    const light = deployment('light');
    const names = Array.from({ length: 2_000 }, (_, index) => `conversation ${index}`);
    const homes = names.map((conversation) => house({}, 7).order([heavy, light], { conversation })[0]);
    expect(names.map((conversation) => house({}, 8).order([light, heavy], { conversation })[0])).toEqual(homes);
    const share = homes.filter((id) => id === 'heavy').length / names.length;
    expect(share).toBeGreaterThan(0.7);
    expect(share).toBeLessThan(0.8);
    const third = names.map((conversation) => house().order([heavy, light, c], { conversation })[0]);
    expect(third.every((id, index) => id === 'c' || id === homes[index])).toBe(true);
  });
});

describe('what excludes', () => {
  it('a window that is too small, while another is long enough', () => {
    const { order } = house({ contextChecks: true });
    const long = deployment('long', { capabilities: { ...a.capabilities, contextWindow: 9_000 } });
    expect(order([a, long], { promptTokens: 5_000 })).toEqual(['long']);
    expect(order([a, long], { promptTokens: 50_000 })).toEqual(['long']);
  });

  it('tags: one of them is enough, or all are needed', () => {
    const [red, both] = [deployment('red', { tags: ['red'] }), deployment('both', { tags: ['red', 'blue'] })];
    const tags = ['red', 'blue'];
    expect(house({ tagFiltering: true }).order([red, both], { tags }).sort()).toEqual(['both', 'red']);
    expect(house({ tagFiltering: true, tagMatch: 'all' }).order([red, both], { tags })).toEqual(['both']);
  });

  it('tags that nothing has, in words', () => {
    const { order } = house({ tagFiltering: true });
    expect(() => order([deployment('red', { tags: ['red'] })], { tags: ['blue'] })).toThrow(/tags "blue"/);
  });
});
