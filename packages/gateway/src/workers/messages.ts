/** What the processes of one gateway tell each other. Everything is cloned on the way; secrets go as settings text only. */
import type { Status } from '@couloir/sdk';
import type { MemoryEntry } from '../exchange/memory-entry.ts';
import type { DrainTimes } from '../http/drain.ts';
import type { FromPlaceBank, ToPlaceBank } from '../policy/admission/place-messages.ts';
import type { FromBank, ToBank } from '../policy/pacing/lease-messages.ts';
import type { MetricFamily } from '../telemetry/metrics/registry.ts';

export type ToWorker =
  | { type: 'start'; start: WorkerStart }
  | { type: 'reload'; id: number; settings: string }
  | { type: 'drain'; times: Partial<DrainTimes> }
  | { type: 'counter'; message: FromBank }
  | { type: 'place'; message: FromPlaceBank }
  | { type: 'memory'; entry: MemoryEntry }
  | { type: 'question'; id: number; what: Reading['what'] }
  | { type: 'gathered'; id: number; readings: Reading[] };

export type ToPrimary =
  /** The process runs and has ears. */
  | { type: 'hello' }
  | { type: 'listening'; url: string }
  | { type: 'failed'; failure: Failure }
  | { type: 'reloaded'; id: number; problem?: string }
  | { type: 'counter'; message: ToBank }
  | { type: 'place'; message: ToPlaceBank }
  | { type: 'memory'; entry: MemoryEntry }
  | { type: 'answer'; id: number; reading: Reading }
  | { type: 'gather'; id: number; what: Reading['what'] };

export interface WorkerStart {
  index: number;
  count: number;
  /** As `settingsText` wrote them. */
  settings: string;
  sandbox: boolean;
  databaseFile: string;
}

/** What a process knows of itself at one moment. */
export type Reading = { what: 'metrics'; families: MetricFamily[] } | { what: 'status'; status: Status };

/** An error as it travels: the fields that say what went wrong with the system, too. */
export interface Failure {
  message: string;
  code?: string;
  port?: number;
  address?: string;
  path?: string;
}
