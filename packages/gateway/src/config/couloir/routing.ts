import { Secret } from '../../kit/secret.ts';
import type { ConfigDocument } from '../document.ts';
import { DEFAULTS } from '../defaults.ts';
import { type Draft, originAt } from '../draft.ts';
import type { LimitSettings, PacingSettings, RoutingSettings } from '../settings.ts';
import type { CouloirConfig } from './schema.ts';

/** The sections `routing`, `pacing`, `limits` and `telemetry`, into the draft, with the origin of each setting. */
export function readTraffic(
  draft: Draft,
  document: ConfigDocument,
  { routing, pacing, limits, telemetry }: CouloirConfig,
): void {
  if (routing !== undefined) draft.routing = say(draft, document, 'routing', routingOf(routing), ROUTING_KEYS);
  if (pacing !== undefined) draft.pacing = say(draft, document, 'pacing', pacingOf(pacing), PACING_KEYS);
  if (limits !== undefined) draft.limits = say(draft, document, 'limits', limitsOf(limits), LIMIT_KEYS);
  if (telemetry === undefined) return;
  const { open_metrics: openMetrics, otlp } = telemetry;
  draft.telemetry = {
    ...(openMetrics === undefined ? {} : { openMetrics }),
    ...(otlp === undefined ? {} : { endpoint: otlp.endpoint, headers: secrets(otlp.headers ?? {}) }),
  };
  if (openMetrics !== undefined) {
    draft.origins['telemetry.openMetrics'] = originAt(document.placeOf(['telemetry', 'open_metrics']));
  }
  if (otlp !== undefined) draft.origins['telemetry.traces'] = originAt(document.placeOf(['telemetry', 'otlp']));
}

/** Our names of the settings, by those in the file. */
const ROUTING_KEYS: Record<keyof RoutingSettings, string> = {
  strategy: 'strategy',
  sessionAffinity: 'session_affinity',
  fallbacks: 'fallbacks',
  defaultFallbacks: 'default_fallbacks',
  contextWindowFallbacks: 'context_window_fallbacks',
  contentPolicyFallbacks: 'content_policy_fallbacks',
  maxFallbacks: 'max_fallbacks',
  contextChecks: 'context_checks',
  tagFiltering: 'tag_filtering',
  tagMatch: 'tag_match',
  cooldown: 'cooldown',
  retryPolicy: 'retry_policy',
  modelRetryPolicy: 'model_retry_policy',
  hedgeAfterMs: 'hedge_after',
};

const PACING_KEYS: Record<keyof PacingSettings, string> = {
  enabled: 'enabled',
  maxWaitMs: 'max_wait',
  maxQueue: 'max_queue',
};

const LIMIT_KEYS: Record<keyof LimitSettings, string> = {
  maxRunning: 'max_running',
  maxQueued: 'max_queued',
  maxRunningPerKey: 'max_running_per_key',
  queueWaitMs: 'queue_wait',
  maxMemoryMb: 'max_memory_mb',
};

function routingOf(routing: NonNullable<CouloirConfig['routing']>): Partial<RoutingSettings> {
  const { cooldown } = routing;
  return defined({
    strategy: routing.strategy,
    sessionAffinity: routing.session_affinity,
    fallbacks: routing.fallbacks,
    defaultFallbacks: routing.default_fallbacks,
    contextWindowFallbacks: routing.context_window_fallbacks,
    contentPolicyFallbacks: routing.content_policy_fallbacks,
    maxFallbacks: routing.max_fallbacks,
    contextChecks: routing.context_checks,
    tagFiltering: routing.tag_filtering,
    tagMatch: routing.tag_match,
    cooldown:
      cooldown === undefined
        ? undefined
        : {
            enabled: cooldown.enabled ?? true,
            timeMs: cooldown.time ?? DEFAULTS.routing.cooldown.timeMs,
            ...(cooldown.allowed_fails === undefined ? {} : { allowedFails: cooldown.allowed_fails }),
            allowedFailsPolicy: cooldown.allowed_fails_policy ?? {},
          },
    retryPolicy: routing.retry_policy,
    modelRetryPolicy: routing.model_retry_policy,
    hedgeAfterMs: routing.hedge_after,
  });
}

function pacingOf(pacing: NonNullable<CouloirConfig['pacing']>): Partial<PacingSettings> {
  return defined({ enabled: pacing.enabled, maxWaitMs: pacing.max_wait, maxQueue: pacing.max_queue });
}

function limitsOf(limits: NonNullable<CouloirConfig['limits']>): Partial<LimitSettings> {
  return defined({
    maxRunning: limits.max_running,
    maxQueued: limits.max_queued,
    maxRunningPerKey: limits.max_running_per_key,
    queueWaitMs: limits.queue_wait,
    maxMemoryMb: limits.max_memory_mb,
  });
}

function secrets(headers: Record<string, string>): Record<string, Secret> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, new Secret(value)]));
}

/** Without what the file does not say, so that defaults hold there. */
function defined<T extends object>(values: { [Key in keyof T]?: T[Key] | undefined }): Partial<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<T>;
}

function say<T extends object>(
  draft: Draft,
  document: ConfigDocument,
  section: string,
  values: Partial<T>,
  keys: Record<keyof T, string>,
): Partial<T> {
  for (const name of Object.keys(values) as (keyof T & string)[]) {
    draft.origins[`${section}.${name}`] = originAt(document.placeOf([section, keys[name]]));
  }
  return values;
}
