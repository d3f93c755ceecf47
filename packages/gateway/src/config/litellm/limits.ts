import type { Draft } from '../draft.ts';
import type { LimitSettings } from '../settings.ts';
import type { Section } from './section.ts';

export const LIMIT_KEYS = [
  'global_max_parallel_requests',
  'max_parallel_requests',
  'max_in_flight_requests_per_worker',
  'max_queued_requests_per_worker',
  'admission_queue_timeout_seconds',
] as const;

/** What `general_settings` says of how much is taken on at once. Two keys name the same bound: the lower one holds. */
export function readLimits(draft: Draft, section: Section): void {
  const limits: Partial<LimitSettings> = {};
  const set = <Key extends keyof LimitSettings>(setting: Key, value: LimitSettings[Key] | undefined, key: string) => {
    if (value === undefined || (value === 0 && setting !== 'maxQueued')) return;
    if (limits[setting] !== undefined && limits[setting] <= value) return;
    limits[setting] = value;
    section.origin(`limits.${setting}`, key);
  };
  for (const key of ['global_max_parallel_requests', 'max_in_flight_requests_per_worker']) {
    set('maxRunning', section.count(key), key);
  }
  set('maxRunningPerKey', section.count('max_parallel_requests'), 'max_parallel_requests');
  set('maxQueued', section.count('max_queued_requests_per_worker'), 'max_queued_requests_per_worker');
  set('queueWaitMs', section.seconds('admission_queue_timeout_seconds'), 'admission_queue_timeout_seconds');
  if (Object.keys(limits).length > 0) draft.limits = { ...draft.limits, ...limits };
}
