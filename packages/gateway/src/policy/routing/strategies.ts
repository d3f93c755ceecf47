import type { RoutingStrategy } from '../../config/settings.ts';
import type { Random } from '../../kit/random.ts';
import type { Deployment } from '../../upstream/deployment.ts';
import { priceOf } from '../price.ts';
import type { Traffic } from './traffic.ts';

/** Puts deployments of one tier in the order in which to try them. */
type Strategy = (tier: Deployment[], world: { traffic: Traffic; random: Random }) => Deployment[];

/** Deployments whose answers begin within so much of the quickest one's share the load. */
const LATENCY_BUFFER = 0.1;

export const STRATEGIES: Record<RoutingStrategy, Strategy> = {
  'simple-shuffle': (tier, { random }) => weightedShuffle(tier, random),
  'least-busy': (tier, { traffic, random }) =>
    ascending(tier, random, ({ id, weight }) => traffic.of(id).inFlight / weight),
  'usage-based': (tier, { traffic, random }) =>
    ascending(tier, random, ({ id, tpm, rpm, weight }) => {
      const { tokensThisMinute, requestsThisMinute } = traffic.of(id);
      if (tpm === undefined && rpm === undefined) return tokensThisMinute / weight;
      return Math.max(tokensThisMinute / (tpm ?? Infinity), requestsThisMinute / (rpm ?? Infinity));
    }),
  'latency-based': (tier, { traffic, random }) => {
    const latencyOf = ({ id }: Deployment) => {
      const { firstContentMs, inFlight } = traffic.of(id);
      // One that nobody has asked of late is tried: by one request, not by all that come until it has answered.
      return firstContentMs ?? (inFlight === 0 ? 0 : Infinity);
    };
    const quickest = Math.min(...tier.map(latencyOf));
    // Within the buffer they are alike.
    return ascending(tier, random, (one) => Math.max(latencyOf(one), quickest * (1 + LATENCY_BUFFER)));
  },
  'cost-based': (tier, { random }) =>
    ascending(tier, random, (deployment) => {
      const { input, output } = priceOf(deployment);
      return input === undefined || output === undefined ? Infinity : input + output;
    }),
};

/** By a figure, the least first; those that are equal in random order, by weight. */
function ascending(tier: Deployment[], random: Random, figure: (deployment: Deployment) => number): Deployment[] {
  const figures = new Map(tier.map((deployment) => [deployment, figure(deployment)]));
  return weightedShuffle(tier, random).sort((one, other) => {
    const [a, b] = [figures.get(one)!, figures.get(other)!];
    return a === b ? 0 : a - b;
  });
}

/** Efraimidis–Spirakis: sorting by random^(1/weight) draws without replacement in proportion to the weights. */
function weightedShuffle(tier: Deployment[], random: Random): Deployment[] {
  return tier
    .map((deployment) => ({ deployment, rank: random.float() ** (1 / Math.max(deployment.weight, 1e-9)) }))
    .sort((a, b) => b.rank - a.rank)
    .map(({ deployment }) => deployment);
}
