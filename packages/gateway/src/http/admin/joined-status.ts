import type { Deployment, Status } from '@couloir/sdk';

/** From best to worst: of several processes the worst is told. */
const STATES = ['ready', 'half-open', 'cooling-down'] as const satisfies readonly Deployment['state'][];

/** The statuses of all processes of one gateway, as one. What is configured is the same in all of them. */
export function joinStatuses(statuses: readonly Status[]): Status {
  const [first] = statuses;
  if (first === undefined) throw new Error('No process told its status.');
  const startedAt = statuses.map((status) => status.startedAt).toSorted()[0]!;
  return {
    ...first,
    startedAt,
    uptimeSeconds: Math.max(...statuses.map(({ uptimeSeconds }) => uptimeSeconds)),
    state: statuses.some(({ state }) => state === 'draining') ? 'draining' : 'ready',
    inFlight: sum(statuses.map(({ inFlight }) => inFlight)),
    queued: sum(statuses.map(({ queued }) => queued)),
    deployments: first.deployments.map((deployment) =>
      joinDeployments(
        statuses.flatMap(({ deployments }) => deployments.filter(({ id }) => id === deployment.id).slice(0, 1)),
      ),
    ),
  };
}

function joinDeployments(parts: readonly Deployment[]): Deployment {
  const first = parts[0]!;
  const times = parts.flatMap(({ firstContentMs }) => (firstContentMs === null ? [] : [firstContentMs]));
  const cooling = parts.flatMap(({ coolingUntil }) => (coolingUntil === null ? [] : [coolingUntil])).toSorted();
  return {
    ...first,
    state: STATES[Math.max(...parts.map(({ state }) => STATES.indexOf(state)))] ?? first.state,
    coolingUntil: cooling.at(-1) ?? null,
    inFlight: sum(parts.map(({ inFlight }) => inFlight)),
    queued: sum(parts.map(({ queued }) => queued)),
    firstContentMs: times.length === 0 ? null : sum(times) / times.length,
    requestsThisMinute: sum(parts.map(({ requestsThisMinute }) => requestsThisMinute)),
    tokensThisMinute: sum(parts.map(({ tokensThisMinute }) => tokensThisMinute)),
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
