import type { Clock } from '../../src/kit/clock.ts';

/** Time that stands still until a test moves it. Timers fire in order while it is moved. */
export interface FakeClock extends Clock {
  advance(ms: number): Promise<void>;
}

export function fakeClock(startMs = 1_700_000_000_000): FakeClock {
  let now = startMs;
  let timers: { at: number; task: () => void; everyMs?: number }[] = [];
  const schedule = (ms: number, task: () => void, everyMs?: number) => {
    const timer = { at: now + ms, task, ...(everyMs === undefined ? {} : { everyMs }) };
    timers.push(timer);
    return () => {
      timers = timers.filter((other) => other !== timer);
    };
  };
  return {
    now: () => now,
    micros: () => now * 1000,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        const cancel = schedule(ms, resolve);
        signal?.addEventListener('abort', () => {
          cancel();
          reject(signal.reason as Error);
        });
      }),
    every: (ms, task) => schedule(ms, task, ms),
    after: (ms, task) => schedule(ms, task),
    async advance(ms) {
      const until = now + ms;
      for (;;) {
        const due = timers.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
        if (due === undefined) break;
        now = due.at;
        if (due.everyMs === undefined) timers = timers.filter((other) => other !== due);
        else due.at += due.everyMs;
        due.task();
        await Promise.resolve();
      }
      now = until;
    },
  };
}
