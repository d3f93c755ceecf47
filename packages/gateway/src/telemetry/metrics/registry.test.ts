import { expect, it } from 'vitest';
import { Registry } from './registry.ts';

it('however many label values there are, series stay bounded: the rest is one', () => {
  const registry = new Registry();
  const asked = registry.counter('asked_total', 'Asked.', ['who', 'how']);
  for (let who = 0; who < 1_500; who += 1) asked.add([`caller ${who}`, 'ok']);
  asked.add(['caller 3', 'ok']);
  const [family] = registry.read();
  expect(family!.series).toHaveLength(1_001);
  expect(family!.series[3]).toMatchObject({ values: ['caller 3', 'ok'], value: 2 });
  expect(family!.series.at(-1)).toMatchObject({ values: ['other', 'other'], value: 500 });
});

it('what was read does not change any more, and gauges forget what is no longer there', () => {
  const registry = new Registry();
  const took = registry.histogram('took_seconds', 'Took.', [1]);
  const state = registry.gauge('state', 'State.', ['of']);
  let read = 0;
  registry.onRead(() => {
    state.reset();
    state.set([`reading ${(read += 1)}`], read);
  });
  took.observe([], 0.5);
  const before = registry.read();
  took.observe([], 0.5);
  expect(before[0]!.series[0]).toMatchObject({ value: 0.5, buckets: [1, 0] });
  expect(registry.read().map(({ series }) => series)).toMatchObject([
    [{ value: 1, buckets: [2, 0] }],
    [{ values: ['reading 2'], value: 2 }],
  ]);
});

it('a count kept elsewhere is taken over as it stands', () => {
  const registry = new Registry();
  const shed = registry.counter('shed_total', 'Shed.');
  shed.reach([], 3);
  shed.reach([], 5);
  expect(registry.read()[0]).toMatchObject({ type: 'counter', series: [{ value: 5 }] });
});
