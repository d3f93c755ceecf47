import type { RoutingSettings } from '../../config/settings.ts';
import { GatewayError } from '../../errors/error.ts';
import type { Lru } from '../../kit/lru.ts';
import type { Random } from '../../kit/random.ts';
import type { Deployment } from '../../upstream/deployment.ts';
import type { Pacer } from '../pacing/pacer.ts';
import { rateLimitOf } from '../rate-limit.ts';
import type { Group } from '../route.ts';
import { rendezvousRank } from './affinity.ts';
import { STRATEGIES } from './strategies.ts';
import type { Traffic } from './traffic.ts';

/** What of a request bears on the choice. */
export interface RoutingRequest {
  tags: readonly string[];
  /** A high estimate. */
  promptTokens: number;
  /** See `conversationKey`. */
  conversation: string | undefined;
}

export interface RoutingWorld {
  settings: Pick<RoutingSettings, 'strategy' | 'sessionAffinity' | 'contextChecks' | 'tagFiltering' | 'tagMatch'>;
  traffic: Traffic;
  /** Absent where pacing is switched off: then our own count of the minute tells who has room. */
  pacer?: Pick<Pacer, 'hasRoom'>;
  /** Deployments that fail are tried last, so that a group is never without any. */
  cooldowns: { order(ids: readonly string[]): string[] };
  /** Which deployment served a conversation last, for strategies whose choice changes with time. */
  homes: Lru<string>;
  random: Random;
}

/**
 * The members of a group in the order in which to try them: lower `order` first, within it by strategy and
 * affinity; those without room after that, and those that cool down last.
 * @throws GatewayError `not-found` when no member has one of the tags that the request names
 */
export function orderDeployments(group: Group, request: RoutingRequest, world: RoutingWorld): Deployment[] {
  const { deployments } = group;
  if (deployments.length === 1 && !world.settings.tagFiltering) return deployments;
  const tagged = world.settings.tagFiltering ? withTag(group, request.tags, world.settings.tagMatch) : deployments;
  const fitting = world.settings.contextChecks ? longEnough(tagged, request.promptTokens) : tagged;
  const tiers = [...Map.groupBy(fitting, ({ order }) => order)].sort(([one], [other]) => one - other);
  const ranked = tiers.flatMap(([, tier]) => rank(tier, request.conversation, world));
  const full = new Set(ranked.filter((one) => !hasRoom(one, request, world)));
  const roomy = [...ranked.filter((one) => !full.has(one)), ...full];
  const byId = new Map(roomy.map((deployment) => [deployment.id, deployment]));
  const ordered = world.cooldowns.order([...byId.keys()]).map((id) => byId.get(id)!);
  if (request.conversation !== undefined && world.settings.sessionAffinity) {
    world.homes.set(homeKey(group, request.conversation), ordered[0]!.id);
  }
  return ordered;

  function rank(tier: Deployment[], conversation: string | undefined, { settings }: RoutingWorld): Deployment[] {
    if (tier.length === 1) return tier;
    const sticky = settings.sessionAffinity && conversation !== undefined;
    if (sticky && settings.strategy === 'simple-shuffle') return byRendezvous(tier, conversation);
    const chosen = STRATEGIES[settings.strategy](tier, world);
    const home = sticky ? world.homes.get(homeKey(group, conversation)) : undefined;
    const kept = chosen.find(({ id }) => id === home);
    return kept === undefined ? chosen : [kept, ...chosen.filter((one) => one !== kept)];
  }
}

/** A place and room in its rate limits: then nothing has to wait there. */
function hasRoom(deployment: Deployment, { promptTokens }: RoutingRequest, { traffic, pacer }: RoutingWorld): boolean {
  const { inFlight, requestsThisMinute, tokensThisMinute } = traffic.of(deployment.id);
  if (inFlight >= (deployment.maxParallel ?? Infinity)) return false;
  const limit = rateLimitOf(deployment);
  if (pacer !== undefined) return pacer.hasRoom({ ...limit, tokens: promptTokens });
  const { rpm = Infinity, tpm = Infinity } = limit.limits;
  return requestsThisMinute < rpm && tokensThisMinute < tpm;
}

function homeKey({ name }: Group, conversation: string): string {
  return `${name} ${conversation}`;
}

function byRendezvous(tier: Deployment[], conversation: string): Deployment[] {
  return tier
    .map((deployment) => ({ deployment, rank: rendezvousRank(conversation, deployment.id, deployment.weight) }))
    .sort((one, other) => other.rank - one.rank)
    .map(({ deployment }) => deployment);
}

/** Of a request without tags, the deployments marked `default`, or all where none is. */
function withTag({ name, deployments }: Group, tags: readonly string[], match: 'any' | 'all'): Deployment[] {
  const having = (wanted: readonly string[]) =>
    deployments.filter(({ tags: own }) => {
      const has = (tag: string) => own.includes(tag);
      return match === 'any' ? wanted.some(has) : wanted.every(has);
    });
  const found = having(tags.length === 0 ? ['default'] : tags);
  if (found.length > 0) return found;
  const fallback = tags.length === 0 ? deployments : having(['default']);
  if (fallback.length > 0) return fallback;
  throw new GatewayError(
    'not-found',
    `No deployment of "${name}" has ${match === 'any' ? 'one of' : 'all'} the tags ${tags.map((tag) => `"${tag}"`).join(', ')}. Send other tags, or none.`,
    { param: 'tags' },
  );
}

/** The estimate leans high: when nothing is long enough by it, the longest are tried all the same. */
function longEnough(deployments: Deployment[], promptTokens: number): Deployment[] {
  const fitting = deployments.filter(({ capabilities }) => capabilities.contextWindow >= promptTokens);
  if (fitting.length > 0) return fitting;
  const longest = Math.max(...deployments.map(({ capabilities }) => capabilities.contextWindow));
  return deployments.filter(({ capabilities }) => capabilities.contextWindow === longest);
}
