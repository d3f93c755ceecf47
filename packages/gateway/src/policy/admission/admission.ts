/** How much runs at the same time: in the gateway, of one caller, at one deployment; what waits, and what is refused. */
import { GatewayError } from '../../errors/error.ts';
import type { Clock } from '../../kit/clock.ts';
import { type OpenBound, openLocalBound } from './bound.ts';
import { Gate, type GateBounds, type GateView, type Permit } from './gate.ts';
import { callerFull, deploymentFull, gatewayFull, memoryShort } from './refusal.ts';

export type { Permit } from './gate.ts';

export interface AdmissionLimits {
  /** Most exchanges that run. */
  running: number;
  /** Most that wait, and as many again for each deployment. */
  queued: number;
  /** Most of one caller that run. */
  perCaller?: number;
  maxWaitMs: number;
}

export interface Admission {
  /**
   * At once when there is a place, else a promise; callers take turns.
   * @throws GatewayError `overloaded` when the gateway is full or short of memory, `rate-limited` when only this caller has
   * too much running; the reason of `signal` when that is aborted. Also as the promise's rejection.
   */
  enter(callerId: string, signal: AbortSignal): Permit | Promise<Permit>;
  /**
   * The same for one deployment.
   * @param max most that may run there
   * @throws GatewayError `overloaded`
   */
  enterDeployment(deploymentId: string, max: number, signal: AbortSignal, callerId?: string): Permit | Promise<Permit>;
  /** New limits, for a reload: what runs keeps its place. */
  limit(limits: AdmissionLimits): void;
  view(): AdmissionView;
  /** Refuses everyone who waits. What runs keeps its place. */
  close(): void;
}

interface AdmissionView extends GateView {
  /** Refused since the start because memory was short. */
  shed: number;
  deployments: ({ id: string } & GateView)[];
}

interface AdmissionOptions {
  clock: Clock;
  limits: AdmissionLimits;
  /** True while memory is short (see memory-pressure.ts). */
  pressure: () => boolean;
  /** Where several processes share the places. */
  openBound?: OpenBound;
}

/** Beyond so many gates, those that nobody uses are forgotten (deployments come and go with reloads). */
const MANY_GATES = 1_000;

export function createAdmission({ clock, limits, pressure, openBound = openLocalBound }: AdmissionOptions): Admission {
  let bounds = boundsOf(limits);
  const gateway: Gate = new Gate({
    clock,
    bounds,
    refuse: (...why) => (gateway.isFull ? gatewayFull(...why) : callerFull(...why)),
    name: 'gateway',
    openBound,
  });
  const deployments = new Map<string, Gate>();
  let shed = 0;

  function gateOf(id: string, max: number): Gate {
    const known = deployments.get(id);
    if (known !== undefined) {
      if (known.bounds.running !== max) known.bounds = { ...known.bounds, running: max };
      return known;
    }
    if (deployments.size >= MANY_GATES) {
      for (const [other, gate] of deployments) {
        if (!gate.isUnused) continue;
        gate.forget();
        deployments.delete(other);
      }
    }
    const own = { ...bounds, running: max, perCaller: Infinity };
    const gate = new Gate({ clock, bounds: own, refuse: deploymentFull, name: `deployment ${id}`, openBound });
    deployments.set(id, gate);
    return gate;
  }

  return {
    enter(callerId, signal) {
      if (pressure()) {
        shed += 1;
        throw memoryShort();
      }
      return gateway.enter(callerId, signal);
    },
    enterDeployment: (id, max, signal, callerId = '') => gateOf(id, max).enter(callerId, signal),
    limit(newLimits) {
      bounds = boundsOf(newLimits);
      gateway.bounds = bounds;
      const { queued, maxWaitMs } = bounds;
      for (const gate of deployments.values()) gate.bounds = { ...gate.bounds, queued, maxWaitMs };
    },
    view: () => ({
      ...gateway.view(),
      shed,
      deployments: Array.from(deployments, ([id, gate]) => ({ id, ...gate.view() })),
    }),
    close() {
      const reason = new GatewayError('shutting-down', 'The gateway is stopping: try again in a moment.');
      for (const gate of [gateway, ...deployments.values()]) gate.close(reason);
    },
  };
}

function boundsOf({ running, queued, perCaller = Infinity, maxWaitMs }: AdmissionLimits): GateBounds {
  return { running, queued, perCaller, maxWaitMs };
}
