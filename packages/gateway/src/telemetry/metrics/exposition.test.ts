import { expect, it } from 'vitest';
import { addFamilies, writeExposition } from './exposition.ts';
import { Registry } from './registry.ts';

it('writes counters, gauges and histograms as Prometheus reads them', () => {
  const registry = new Registry();
  registry.counter('asked_total', 'Asked.', ['who']).add(['me'], 2);
  registry.gauge('now', 'Now.').set([], 0.5);
  const took = registry.histogram('took_seconds', 'Took.', [0.1, 1], ['who']);
  for (const seconds of [0.1, 0.5, 7]) took.observe(['me'], seconds);
  registry.counter('never_total', 'Never.');
  expect(writeExposition(registry.read())).toBe(`# HELP asked_total Asked.
# TYPE asked_total counter
asked_total{who="me"} 2
# HELP now Now.
# TYPE now gauge
now 0.5
# HELP took_seconds Took.
# TYPE took_seconds histogram
took_seconds_bucket{who="me",le="0.1"} 1
took_seconds_bucket{who="me",le="1"} 2
took_seconds_bucket{who="me",le="+Inf"} 3
took_seconds_sum{who="me"} 7.6
took_seconds_count{who="me"} 3
`);
});

it('escapes labels and help', () => {
  const registry = new Registry();
  registry.counter('asked_total', 'One\\two\nthree.', ['who']).add(['a "b"\\\nc']);
  expect(writeExposition(registry.read())).toBe(
    '# HELP asked_total One\\\\two\\nthree.\n# TYPE asked_total counter\nasked_total{who="a \\"b\\"\\\\\\nc"} 1\n',
  );
});

it('of several processes it adds up, but for what makes no sense as a sum', () => {
  const reading = (asked: number, state: number, startedAt: number) => {
    const registry = new Registry();
    registry.counter('asked_total', 'Asked.', ['who']).add(['me'], asked);
    registry.gauge('state', 'State.', [], 'largest').set([], state);
    registry.gauge('start_seconds', 'Start.', [], 'smallest').set([], startedAt);
    registry.histogram('took_seconds', 'Took.', [1]).observe([], asked);
    return registry.read();
  };
  const other = new Registry();
  other.counter('asked_total', 'Asked.', ['who']).add(['you'], 5);
  const [one, two] = [reading(1, 2, 900), reading(3, 0, 800)];
  const before = structuredClone(one);
  expect(
    addFamilies([one, two, other.read()]).map(({ name, series }) => [
      name,
      series.map(({ values, value, buckets }) => [...values, value, ...(buckets ?? [])]),
    ]),
  ).toEqual([
    [
      'asked_total',
      [
        ['me', 4],
        ['you', 5],
      ],
    ],
    ['state', [[2]]],
    ['start_seconds', [[800]]],
    ['took_seconds', [[4, 1, 1]]],
  ]);
  expect(one).toEqual(before);
});
