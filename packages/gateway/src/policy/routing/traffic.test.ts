import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createTraffic } from './traffic.ts';

const MINUTE_MS = 60_000;

function house() {
  let now = 0;
  return { traffic: createTraffic(() => now), pass: (ms: number) => (now += ms) };
}

it('whatever happens to requests, as many land as started, and each lands once', () => {
  const flights = fc.array(
    fc.record({
      answers: fc.boolean(),
      givesUp: fc.boolean(),
      landings: fc.integer({ min: 1, max: 3 }),
      ms: fc.nat(90_000),
    }),
  );
  fc.assert(
    fc.property(flights, (all) => {
      const { traffic, pass } = house();
      const started = all.map((one) => ({ ...one, flight: traffic.started('a') }));
      expect(traffic.of('a').inFlight).toBe(all.length);
      for (const { flight, answers, givesUp, landings, ms } of started) {
        pass(ms);
        if (answers) flight.answered(ms);
        if (givesUp) flight.gaveUp(ms);
        for (let landing = 0; landing < landings; landing += 1) flight.landed(1);
      }
      expect(traffic.of('a').inFlight).toBe(0);
    }),
  );
});

it('counts requests when they start and tokens when they land, by the minute', () => {
  const { traffic, pass } = house();
  const flight = traffic.started('a');
  traffic.started('a').landed(70);
  expect(traffic.of('a')).toMatchObject({ requestsThisMinute: 2, tokensThisMinute: 70 });
  pass(MINUTE_MS);
  expect(traffic.of('a')).toMatchObject({ requestsThisMinute: 0, tokensThisMinute: 0, inFlight: 1 });
  flight.landed(30);
  expect(traffic.of('a')).toMatchObject({ requestsThisMinute: 0, tokensThisMinute: 30, inFlight: 0 });
});

it('the time to the first content is a moving average, which a request given up only lengthens', () => {
  const { traffic } = house();
  const flight = traffic.started('a');
  flight.answered(100);
  flight.answered(200);
  expect(traffic.of('a').firstContentMs).toBe(120);
  flight.gaveUp(50);
  expect(traffic.of('a').firstContentMs).toBe(120);
  flight.gaveUp(1_120);
  expect(traffic.of('a').firstContentMs).toBe(320);
});

it('old readings are forgotten, so that who was slow is tried again', () => {
  const { traffic, pass } = house();
  traffic.started('a').answered(9_000);
  pass(5 * MINUTE_MS);
  expect(traffic.of('a').firstContentMs).toBe(9_000);
  pass(MINUTE_MS);
  expect(traffic.of('a').firstContentMs).toBeUndefined();
});
