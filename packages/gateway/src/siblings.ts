import type { Status } from '@couloir/sdk';
import type { MemoryEntry } from './exchange/memory-entry.ts';
import type { OpenBound } from './policy/admission/bound.ts';
import type { OpenCounter } from './policy/pacing/window-counter.ts';
import type { MetricFamily } from './telemetry/metrics/registry.ts';

/** The other processes of a gateway that is several: what they count, remember and know together. */
export interface Siblings {
  /** Which of them this one is, from 0. */
  index: number;
  count: number;
  /** Rate limits are counted for all together, and so are the places among what runs. */
  openCounter: OpenCounter;
  openBound: OpenBound;
  /** Tells the others what was remembered here. */
  tell: (entry: MemoryEntry) => void;
  /** Once, when this process can be asked. */
  join: (member: Member) => void;
  /** Of all of them, this one included, as far as they answer in time. */
  gatherMetrics: () => Promise<MetricFamily[]>;
  gatherStatuses: () => Promise<Status[]>;
}

/** What one process is asked by the others. */
export interface Member {
  readMetrics: () => MetricFamily[];
  readStatus: () => Promise<Status>;
  learn: (entry: MemoryEntry) => void;
}

/** This process's part of a number that holds for all: the parts add up to it. */
export function partOf(total: number, { index, count }: Pick<Siblings, 'index' | 'count'>): number {
  return Math.floor(total / count) + (index < total % count ? 1 : 0);
}
