import type { Draft } from '../draft.ts';
import type { Section } from './section.ts';

export const TELEMETRY_KEYS = [
  'callbacks',
  'success_callback',
  'failure_callback',
  'service_callback',
  'require_auth_for_metrics_endpoint',
] as const;

/** Callbacks whose work is done here without being asked for. */
const OWN = new Set(['prometheus', 'prometheus_system', 'otel', 'opentelemetry']);

/** Metrics are always kept, and traces sent wherever the usual variables name a collector. */
export function readTelemetry(draft: Draft, section: Section): void {
  for (const key of TELEMETRY_KEYS.slice(0, 4)) {
    const value = section.value(key);
    const names = (Array.isArray(value) ? value : value === undefined ? [] : [value]).map(String);
    const others = names.filter((name) => !OWN.has(name));
    if (others.length > 0)
      section.ignore(key, `has no effect for ${others.join(', ')}: there are metrics, traces and a log.`);
    else if (names.some((name) => name.startsWith('prometheus')) && !section.keys.includes(TELEMETRY_KEYS[4])) {
      section.ignore(
        key,
        'is always on. /metrics wants the master key; require_auth_for_metrics_endpoint: false opens it.',
      );
    }
  }
  const guarded = section.flag('require_auth_for_metrics_endpoint');
  if (guarded === undefined) return;
  draft.telemetry = { ...draft.telemetry, openMetrics: !guarded };
  section.origin('telemetry.openMetrics', 'require_auth_for_metrics_endpoint');
}
