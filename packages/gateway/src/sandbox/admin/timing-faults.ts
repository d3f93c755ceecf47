/** Faults that leave the answer as it is and spoil its delivery: silence, a slow pace, a connection that breaks. */
import type { SandboxReply } from '../surface.ts';
import type { Timing } from '../turn.ts';

/** What the value behind `=` may be, and what stands for it when there is none. */
type Value = { kind: 'duration'; otherwiseMs: number } | { kind: 'events' };

const VALUES = {
  /** Silence before the first event, or before the whole answer. */
  stall: { kind: 'duration', otherwiseMs: 30_000 },
  /** Silence somewhere between the events; before the whole answer where nothing is streamed. */
  'stall-midway': { kind: 'duration', otherwiseMs: 30_000 },
  /** Silence before every event. */
  pace: { kind: 'duration', otherwiseMs: 200 },
  /** A reset behind so many events, or somewhere; in the middle of an answer that is not streamed. */
  cut: { kind: 'events' },
} as const satisfies Record<string, Value>;

type TimingFaultName = keyof typeof VALUES;

export const TIMING_FAULT_NAMES: readonly string[] = Object.keys(VALUES);

export function isTimingFault(name: string): name is TimingFaultName {
  return Object.hasOwn(VALUES, name);
}

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000 };

/**
 * The number that `2s` or `3` stands for; `undefined` in, `undefined` out.
 * @throws Error with a sentence when this fault has no such value
 */
export function readFaultValue(name: TimingFaultName, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (VALUES[name].kind === 'events') {
    if (/^\d+$/.test(text)) return Number(text);
    throw new Error(`"${name}" takes a number of events, like ${name}=3.`);
  }
  const { count, unit } = /^(?<count>\d+(?:\.\d+)?)(?<unit>ms|s|m)$/.exec(text)?.groups ?? {};
  if (count === undefined || unit === undefined) throw new Error(`"${name}" takes a duration, like ${name}=2s.`);
  return Number(count) * UNIT_MS[unit]!;
}

export interface TimingFault {
  name: TimingFaultName;
  /** Milliseconds or events. */
  value?: number;
  /** Where in the answer, from 0 to 1, when nothing says so. */
  position: number;
}

/** The answer with its delivery spoilt. Refusals are left alone: nothing is delivered with them. */
export function spoilDelivery(reply: SandboxReply, fault: TimingFault): SandboxReply {
  if (reply.kind === 'stream')
    return { ...reply, timing: { ...reply.timing, ...timingOf(fault, reply.events.length) } };
  if (reply.kind !== 'json' || reply.status !== 200) return reply;
  return { ...reply, timing: { paceMs: 0, stallMs: 0, ...reply.timing, ...timingOf(fault, 1) } };
}

function timingOf({ name, value, position }: TimingFault, events: number): Partial<Timing> {
  const somewhere = Math.floor(position * events);
  switch (name) {
    case 'stall':
      return { stallMs: value ?? VALUES.stall.otherwiseMs };
    case 'stall-midway':
      return { stallMs: value ?? VALUES['stall-midway'].otherwiseMs, stallAt: somewhere };
    case 'pace':
      return { paceMs: value ?? VALUES.pace.otherwiseMs };
    case 'cut':
      return { cutAfter: Math.min(value ?? somewhere, events - 1) };
  }
}
