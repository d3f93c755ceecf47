import type { Registry } from './registry.ts';

/** What the gateway is at, at one moment. */
export interface GatewayState {
  /** Exchanges that run, that wait for a place, and that were refused for want of memory since the start. */
  running: number;
  queued: number;
  shed: number;
  deployments: readonly { id: string; model: string; inFlight: number; state: 'healthy' | 'half-open' | 'cooling' }[];
  /** Rate limits by account and model: who waits for room, and what is used of the last sixty seconds. */
  pacing: readonly PacingState[];
}

interface PacingState {
  key: string;
  queued: number;
  running: number;
  requests: number;
  tokens: number;
  /** As believed at present; absent: no limit is known. */
  rpm?: number;
  tpm?: number;
}

/** LiteLLM’s numbers, so that its dashboards say the same. */
const STATES = { healthy: 0, 'half-open': 1, cooling: 2 } as const;

/** What is read when somebody scrapes. */
export function createStateMetrics(registry: Registry, version: string, readState: () => GatewayState): void {
  const build = registry.gauge(
    'couloir_build_info',
    'Always 1; the label says which version runs.',
    ['version'],
    'largest',
  );
  const running = registry.gauge('couloir_requests_running', 'Exchanges that run.');
  const queued = registry.gauge('couloir_requests_queued', 'Exchanges that wait for a place.');
  const shed = registry.counter('couloir_requests_shed_total', 'Exchanges refused because memory was short.');
  const inFlight = registry.gauge('couloir_deployment_in_flight', 'Requests on their way to a deployment.', [
    'deployment',
    'model',
  ]);
  const state = registry.gauge(
    'couloir_deployment_state',
    '0 healthy, 1 being tried out again, 2 passed over after failures.',
    ['deployment', 'model'],
    'largest',
  );
  const pacingQueued = registry.gauge('couloir_pacing_queued', 'Requests that wait for room in a rate limit.', ['key']);
  const pacingRunning = registry.gauge('couloir_pacing_running', 'Requests let through and not over.', ['key']);
  const pacingUsed = registry.gauge(
    'couloir_pacing_used',
    'Requests and tokens of the last sixty seconds, as Snowflake counts them.',
    ['key', 'type'],
  );
  const pacingLimit = registry.gauge(
    'couloir_pacing_limit',
    'The limits of a minute as they are believed at present.',
    ['key', 'type'],
    'largest',
  );
  registry.onRead(() => {
    const now = readState();
    build.set([version], 1);
    running.set([], now.running);
    queued.set([], now.queued);
    shed.reach([], now.shed);
    for (const gauge of [inFlight, state, pacingQueued, pacingRunning, pacingUsed, pacingLimit]) gauge.reset();
    for (const one of now.deployments) {
      inFlight.set([one.id, one.model], one.inFlight);
      state.set([one.id, one.model], STATES[one.state]);
    }
    for (const one of now.pacing.filter(isKnown)) {
      pacingQueued.set([one.key], one.queued);
      pacingRunning.set([one.key], one.running);
      pacingUsed.set([one.key, 'requests'], one.requests);
      pacingUsed.set([one.key, 'tokens'], one.tokens);
      if (one.rpm !== undefined) pacingLimit.set([one.key, 'requests'], one.rpm);
      if (one.tpm !== undefined) pacingLimit.set([one.key, 'tokens'], one.tpm);
    }
  });
}

/** What has no limit and nothing to do may be a name that somebody made up for a wildcard. */
function isKnown({ rpm, tpm, queued, running }: PacingState): boolean {
  return rpm !== undefined || tpm !== undefined || queued + running > 0;
}
