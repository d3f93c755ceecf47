import type { Usage, UsageSum } from '@couloir/sdk';

const HOUR_MS = 3_600_000;
const HOUR = new Intl.DateTimeFormat(undefined, { weekday: 'short', hour: '2-digit', minute: '2-digit' });
const DAY_MS = 24 * HOUR_MS;

interface Slot {
  /** In the reader's time zone. */
  label: string;
  /** Absent when nothing happened. */
  sum: UsageSum | undefined;
}

/** Every hour of a usage by hour, those in which nothing happened too. */
export function hoursOf({ since, until, groups }: Usage): Slot[] {
  return slots(Date.parse(since), Date.parse(until), HOUR_MS).map((atMs) => {
    const name = `${new Date(atMs).toISOString().slice(0, 13)}Z`;
    return { label: HOUR.format(atMs), sum: groups.find((group) => group.name === name) };
  });
}

/** Every day of a usage by day. Days are those of UTC, as in the groups. */
export function daysOf({ since, until, groups }: Usage): Slot[] {
  return slots(Date.parse(since), Date.parse(until), DAY_MS).map((atMs) => {
    const name = new Date(atMs).toISOString().slice(0, 10);
    return { label: name, sum: groups.find((group) => group.name === name) };
  });
}

function slots(fromMs: number, toMs: number, stepMs: number): number[] {
  const first = Math.floor(fromMs / stepMs);
  const last = Math.floor(toMs / stepMs);
  return Array.from({ length: last - first + 1 }, (_, index) => (first + index) * stepMs);
}
