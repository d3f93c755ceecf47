import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { GatewayError } from '../errors/error.ts';
import type { ErrorKind } from '../errors/table.ts';
import { createCooldowns } from './cooldowns.ts';

type CooldownOptions = Parameters<typeof createCooldowns>[0];

const START_MS = 1_700_000_040_000;

function setUp(settings: Partial<CooldownOptions> = {}) {
  const clock = { nowMs: START_MS };
  const cooldowns = createCooldowns(
    { enabled: true, timeMs: 5_000, allowedFailsPolicy: {}, ...settings },
    () => clock.nowMs,
  );
  return { clock, cooldowns };
}

function failure(kind: ErrorKind, retryAfterMs?: number): GatewayError {
  return new GatewayError(kind, 'It failed.', retryAfterMs === undefined ? {} : { retryAfterMs });
}

function times(count: number, act: () => void): void {
  for (let done = 0; done < count; done += 1) act();
}

describe('without allowed_fails, by LiteLLM’s thresholds', () => {
  test('a rate limit cools at once, for as long as the upstream says, unless there is no other deployment', () => {
    const { cooldowns, clock } = setUp();
    cooldowns.failed('a', failure('upstream-limited', 30_000));
    cooldowns.failed('b', failure('upstream-limited'));
    cooldowns.failed('alone', failure('upstream-limited'), true);
    expect(['a', 'b', 'alone'].map((id) => cooldowns.isCooling(id))).toEqual([true, true, false]);
    clock.nowMs += 5_000;
    expect(['a', 'b'].map((id) => cooldowns.isCooling(id))).toEqual([true, false]);
    clock.nowMs += 25_000;
    expect(cooldowns.isCooling('a')).toBe(false);
  });

  test('a refused credential and a spent budget cool at once', () => {
    const { cooldowns } = setUp();
    cooldowns.failed('a', failure('upstream-refused-us'), true);
    cooldowns.failed('b', failure('upstream-spent'));
    expect(['a', 'b'].map((id) => cooldowns.isCooling(id))).toEqual([true, true]);
  });

  test('other failures cool when more than half of at least five requests of the minute failed', () => {
    const { cooldowns, clock } = setUp();
    times(4, () => cooldowns.failed('a', failure('upstream-broken')));
    expect(cooldowns.isCooling('a')).toBe(false);
    cooldowns.failed('a', failure('upstream-timeout'));
    expect(cooldowns.isCooling('a')).toBe(true);

    times(4, () => cooldowns.succeeded('b'));
    times(4, () => cooldowns.failed('b', failure('upstream-overloaded')));
    expect(cooldowns.isCooling('b')).toBe(false);
    cooldowns.failed('b', failure('upstream-overloaded'));
    expect(cooldowns.isCooling('b')).toBe(true);

    times(4, () => cooldowns.failed('c', failure('upstream-broken')));
    clock.nowMs += 60_000;
    cooldowns.failed('c', failure('upstream-broken'));
    expect(cooldowns.isCooling('c')).toBe(false);
  });

  test('the only deployment cools when all of a thousand failed', () => {
    const { cooldowns } = setUp();
    times(999, () => cooldowns.failed('a', failure('upstream-broken'), true));
    expect(cooldowns.isCooling('a')).toBe(false);
    cooldowns.failed('a', failure('upstream-broken'), true);
    expect(cooldowns.isCooling('a')).toBe(true);
  });
});

test('what is the client’s fault, or nobody’s, never cools', () => {
  const { cooldowns } = setUp({ allowedFails: 0 });
  const kinds: ErrorKind[] = [
    'invalid-request',
    'context-overflow',
    'not-found',
    'too-large',
    'client-left',
    'rate-limited',
    'overloaded',
    'shutting-down',
    'internal',
  ];
  for (const kind of kinds) cooldowns.failed('a', failure(kind));
  expect(cooldowns.isCooling('a')).toBe(false);
  expect(cooldowns.view()).toEqual([]);
});

test('allowed_fails is borne within a minute, and one more is not', () => {
  const { cooldowns } = setUp({ allowedFails: 2 });
  times(2, () => cooldowns.failed('a', failure('upstream-refused-us')));
  expect(cooldowns.isCooling('a')).toBe(false);
  cooldowns.failed('a', failure('upstream-limited'));
  expect(cooldowns.isCooling('a')).toBe(true);
});

test('allowed_fails_policy counts each kind for itself, and goes before allowed_fails', () => {
  const { cooldowns } = setUp({ allowedFails: 0, allowedFailsPolicy: { timeout: 1, 'rate-limit': 1_000 } });
  times(50, () => cooldowns.failed('a', failure('upstream-limited')));
  cooldowns.failed('a', failure('upstream-timeout'));
  expect(cooldowns.isCooling('a')).toBe(false);
  cooldowns.failed('a', failure('upstream-timeout'));
  expect(cooldowns.isCooling('a')).toBe(true);
  cooldowns.failed('b', failure('upstream-broken'));
  expect(cooldowns.isCooling('b')).toBe(true);
});

test('disabled, nothing ever cools', () => {
  const { cooldowns } = setUp({ enabled: false });
  times(2_000, () => cooldowns.failed('a', failure('upstream-refused-us')));
  expect(cooldowns.order(['a', 'b'])).toEqual(['a', 'b']);
});

test('those that cool go last, the one that recovers soonest first, and a group is never empty', () => {
  const { cooldowns } = setUp();
  cooldowns.failed('a', failure('upstream-limited', 30_000));
  cooldowns.failed('c', failure('upstream-limited', 10_000));
  expect(cooldowns.order(['a', 'b', 'c', 'd'])).toEqual(['b', 'd', 'c', 'a']);
  expect(cooldowns.order(['a', 'c'])).toEqual(['c', 'a']);
  expect(cooldowns.order(['a'])).toEqual(['a']);
  expect(cooldowns.view()).toEqual([
    { id: 'a', state: 'open', untilMs: START_MS + 30_000 },
    { id: 'c', state: 'open', untilMs: START_MS + 10_000 },
  ]);
});

describe('after the cooldown', () => {
  test('one request tries it out, and everybody returns when that succeeds', () => {
    const { cooldowns, clock } = setUp();
    cooldowns.failed('a', failure('upstream-limited'));
    clock.nowMs += 5_000;
    expect(cooldowns.view()).toMatchObject([{ state: 'half-open' }]);
    expect(cooldowns.order(['b', 'a'])).toEqual(['b', 'a']);
    expect(cooldowns.order(['a', 'b'])).toEqual(['a', 'b']);
    expect(cooldowns.order(['a', 'b'])).toEqual(['b', 'a']);
    expect(cooldowns.isCooling('a')).toBe(true);
    cooldowns.succeeded('a');
    expect(cooldowns.order(['a', 'b'])).toEqual(['a', 'b']);
    expect(cooldowns.order(['a', 'b'])).toEqual(['a', 'b']);
    expect(cooldowns.view()).toEqual([]);
    // What was counted before is forgotten.
    times(4, () => cooldowns.failed('a', failure('upstream-broken')));
    expect(cooldowns.isCooling('a')).toBe(false);
  });

  test('it cools again when that fails, whatever is allowed', () => {
    const { cooldowns, clock } = setUp({ allowedFails: 2 });
    times(3, () => cooldowns.failed('a', failure('upstream-broken')));
    clock.nowMs += 65_000;
    expect(cooldowns.order(['a', 'b'])).toEqual(['a', 'b']);
    cooldowns.failed('a', failure('upstream-broken'));
    expect(cooldowns.order(['a', 'b'])).toEqual(['b', 'a']);
  });

  test('a try that never ends is given up after another cooldown', () => {
    const { cooldowns, clock } = setUp();
    cooldowns.failed('a', failure('upstream-limited'));
    clock.nowMs += 5_000;
    expect(cooldowns.order(['a', 'b'])).toEqual(['a', 'b']);
    clock.nowMs += 5_000;
    expect(cooldowns.order(['a', 'b'])).toEqual(['a', 'b']);
    expect(cooldowns.order(['a', 'b'])).toEqual(['b', 'a']);
  });
});

test('what was on its way when the breaker opened neither closes nor prolongs it, but for a time that the upstream names', () => {
  const { cooldowns, clock } = setUp();
  cooldowns.failed('a', failure('upstream-limited', 10_000));
  clock.nowMs += 1_000;
  cooldowns.succeeded('a');
  cooldowns.failed('a', failure('upstream-timeout'));
  expect(cooldowns.view()).toEqual([{ id: 'a', state: 'open', untilMs: START_MS + 10_000 }]);
  cooldowns.failed('a', failure('upstream-limited', 20_000));
  cooldowns.failed('a', failure('upstream-limited', 2_000));
  expect(cooldowns.view()).toEqual([{ id: 'a', state: 'open', untilMs: START_MS + 21_000 }]);
});

test('no upstream can lock itself out for more than ten minutes', () => {
  const { cooldowns } = setUp();
  cooldowns.failed('a', failure('upstream-limited', 86_400_000));
  expect(cooldowns.view()).toEqual([{ id: 'a', state: 'open', untilMs: START_MS + 600_000 }]);
});

/** The rules as they are told, looked up anew in everything that happened. */
class Reference {
  #events: { atMs: number; failed: boolean }[] = [];
  openUntilMs = 0;
  readonly #allowedFails: number | undefined;

  constructor(allowedFails: number | undefined) {
    this.#allowedFails = allowedFails;
  }

  happened(nowMs: number, failed: boolean): void {
    this.#events.push({ atMs: nowMs, failed });
    const isOpen = nowMs < this.openUntilMs;
    const isHalfOpen = this.openUntilMs > 0 && !isOpen;
    if (!failed) {
      if (isHalfOpen) {
        this.openUntilMs = 0;
        this.#events = [];
      }
    } else if (!isOpen && (isHalfOpen || this.#isTooMuch(nowMs))) {
      this.openUntilMs = nowMs + 5_000;
    }
  }

  #isTooMuch(nowMs: number): boolean {
    const minute = this.#events.filter(({ atMs }) => Math.floor(atMs / 60_000) === Math.floor(nowMs / 60_000));
    const failures = minute.filter(({ failed }) => failed).length;
    if (this.#allowedFails !== undefined) return failures > this.#allowedFails;
    return minute.length >= 5 && failures / minute.length > 0.5;
  }
}

test('opens, waits and closes as a naive reference does', () => {
  const ids = ['a', 'b', 'c'];
  const step = fc.record({ id: fc.constantFrom(...ids), failed: fc.boolean(), afterMs: fc.nat({ max: 9_000 }) });
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 80 }),
      fc.option(fc.nat({ max: 3 }), { nil: undefined }),
      (all, allowed) => {
        const { cooldowns, clock } = setUp(allowed === undefined ? {} : { allowedFails: allowed });
        const references = new Map(ids.map((id) => [id, new Reference(allowed)]));
        for (const { id, failed, afterMs } of all) {
          clock.nowMs += afterMs;
          references.get(id)!.happened(clock.nowMs, failed);
          if (failed) cooldowns.failed(id, failure('upstream-broken'));
          else cooldowns.succeeded(id);
          const untilMs = (one: string) => references.get(one)!.openUntilMs;
          for (const one of ids) expect(cooldowns.isCooling(one)).toBe(clock.nowMs < untilMs(one));
          // The last is no trial: ordering one alone claims nothing.
          const cooling = ids
            .filter((one) => clock.nowMs < untilMs(one))
            .sort((one, two) => untilMs(one) - untilMs(two));
          const closed = ids.filter((one) => untilMs(one) === 0);
          expect(cooldowns.order([...closed, ...cooling])).toEqual([...closed, ...cooling]);
          expect(cooldowns.order([...cooling].reverse()).toSorted()).toEqual(cooling.toSorted());
        }
      },
    ),
    { numRuns: 300 },
  );
});
