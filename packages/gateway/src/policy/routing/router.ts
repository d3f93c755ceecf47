import type { RoutingSettings } from '../../config/settings.ts';
import type { GatewayError } from '../../errors/error.ts';
import { Lru } from '../../kit/lru.ts';
import type { Random } from '../../kit/random.ts';
import type { Deployment } from '../../upstream/deployment.ts';
import type { Cooldowns } from '../cooldowns.ts';
import type { Pacer } from '../pacing/pacer.ts';
import type { Group } from '../route.ts';
import { fallbacksAfter } from './fallbacks.ts';
import { orderDeployments, type RoutingRequest } from './order.ts';
import type { Traffic } from './traffic.ts';

/** Chooses among the deployments of a group, and between groups when one has failed. */
export interface Router {
  /** The members worth trying, the best first. @throws GatewayError `not-found` when tags exclude them all */
  order(group: Group, request: RoutingRequest): Deployment[];
  /** Names of the models to try after this one has failed for good. */
  fallbacksAfter(error: GatewayError, names: readonly string[]): readonly string[];
}

interface RouterOptions {
  settings: RoutingSettings;
  traffic: Traffic;
  /** Absent where pacing is switched off. */
  pacer?: Pick<Pacer, 'hasRoom'>;
  cooldowns: Pick<Cooldowns, 'order'>;
  random: Random;
  /** Milliseconds. */
  now: () => number;
}

const MOST_CONVERSATIONS = 20_000;
/** As long as Cortex's caches can live. */
const CONVERSATION_MS = 60 * 60_000;

export function createRouter({ settings, now, ...world }: RouterOptions): Router {
  const homes = new Lru<string>({ capacity: MOST_CONVERSATIONS, ttlMs: CONVERSATION_MS, now });
  return {
    order: (group, request) => orderDeployments(group, request, { ...world, settings, homes }),
    fallbacksAfter: (error, names) => fallbacksAfter(error, names, settings),
  };
}
