import { GatewayError } from '../errors/error.ts';
import type { Random } from '../kit/random.ts';
import { readVariant } from './variant.ts';
import type { Effort } from '../ir/request.ts';
import { suggest } from '../kit/suggest.ts';
import { canonicalModel } from '../upstream/catalogue.ts';
import type { Deployment } from '../upstream/deployment.ts';

export interface Plan {
  /** Worth trying, in this order. At least one. */
  deployments: Deployment[];
  /** The effort that the ending of the name asks for. */
  effort?: Effort;
}

export interface RouteTable {
  /** @throws GatewayError `not-found` */
  plan(model: string): Plan;
  /** The names `GET /v1/models` lists. */
  listed(): { name: string; deployment: Deployment }[];
}

/** Lower `order` first; within one order a weighted shuffle, so that load spreads and every deployment is a fallback. */
export function createRouteTable(
  deployments: Deployment[],
  aliases: Record<string, { model: string; hidden: boolean }>,
  random: Random,
): RouteTable {
  const groups = Map.groupBy(deployments, (deployment) => deployment.modelName);
  const find = (name: string) =>
    groups.get(name) ?? groups.get(aliases[name]?.model ?? '') ?? groups.get(canonicalModel(name));
  return {
    plan(model) {
      const variant = find(model) === undefined ? readVariant(model.slice(0, LONGEST_NAME)) : undefined;
      const group = find(variant?.model ?? model);
      if (group === undefined) throw unknownModel(model, [...groups.keys(), ...Object.keys(aliases)]);
      const tiers = [...Map.groupBy(group, (deployment) => deployment.order)].sort(([a], [b]) => a - b);
      return {
        deployments: tiers.flatMap(([, tier]) => weightedShuffle(tier, random)),
        ...(variant?.effort === undefined ? {} : { effort: variant.effort }),
      };
    },
    listed() {
      const names = [
        ...groups.keys(),
        ...Object.keys(aliases).filter((name) => !aliases[name]!.hidden && !groups.has(name)),
      ];
      return names.flatMap((name) => {
        const deployment = find(name)?.[0];
        return deployment === undefined ? [] : [{ name, deployment }];
      });
    },
  };
}

/** Efraimidis–Spirakis: sorting by random^(1/weight) draws without replacement in proportion to the weights. */
function weightedShuffle(tier: Deployment[], random: Random): Deployment[] {
  if (tier.length === 1) return tier;
  return tier
    .map((deployment) => ({ deployment, rank: random.float() ** (1 / Math.max(deployment.weight, 1e-9)) }))
    .sort((a, b) => b.rank - a.rank)
    .map(({ deployment }) => deployment);
}

/** A client may send any string: what is longer than every name is neither compared nor repeated whole. */
const LONGEST_NAME = 100;

function unknownModel(model: string, known: string[]): GatewayError {
  const asked = model.slice(0, LONGEST_NAME);
  const suggestion = suggest(asked, known);
  return new GatewayError(
    'not-found',
    `The model "${asked}" is not served here.${suggestion === undefined ? '' : ` Did you mean "${suggestion}"?`} GET /v1/models lists what is.`,
    { param: 'model' },
  );
}
