import type { DeploymentSettings } from '../config/settings.ts';
import { GatewayError } from '../errors/error.ts';
import type { Effort } from '../ir/request.ts';
import { suggest } from '../kit/suggest.ts';
import { fillPattern, literalLength, matchPattern } from '../kit/wildcard.ts';
import { canonicalModel } from '../upstream/catalogue.ts';
import type { Deployment } from '../upstream/deployment.ts';
import { type LiveCatalogue, NOTHING_LIVE } from '../upstream/live-catalogue.ts';
import { readVariant } from './variant.ts';

/** The deployments that a model name stands for. */
export interface Group {
  /** The public name they share, which fallbacks go by. */
  name: string;
  /** At least one, in the order of the configuration. */
  deployments: Deployment[];
  /** The effort that the ending of the name asks for. */
  effort?: Effort;
}

export interface RouteTable {
  /** @throws GatewayError `not-found` */
  find(model: string): Group;
  /** The names `GET /v1/models` lists. */
  listed(): { name: string; deployment: Deployment }[];
}

interface RouteTableOptions {
  deployments: Deployment[];
  wildcards: DeploymentSettings[];
  aliases: Record<string, { model: string; hidden: boolean }>;
  resolve: (settings: DeploymentSettings) => Deployment;
  /** What the accounts' own lists of models add. A model that they lack is served and not listed. */
  live?: LiveCatalogue;
}

/** From the name a client asks for to the deployments that serve it: by name, alias, Cortex's spelling, suffix or wildcard. */
export function createRouteTable({
  deployments,
  wildcards,
  aliases: ownAliases,
  resolve,
  live = NOTHING_LIVE,
}: RouteTableOptions): RouteTable {
  const groups = Map.groupBy([...deployments, ...live.deployments], (deployment) => deployment.modelName);
  const aliases = { ...live.aliases, ...ownAliases };
  const own = (name: string): Group | undefined => {
    const members = groups.get(name);
    return members === undefined ? undefined : { name, deployments: members };
  };
  const matching = matchWildcards(wildcards, resolve);
  const known = (name: string) =>
    own(name) ?? own(aliases[name]?.model ?? '') ?? own(canonicalModel(name)) ?? matching(aliases[name]?.model ?? '');
  return {
    find(model) {
      const exact = known(model);
      if (exact !== undefined) return exact;
      const name = model.slice(0, LONGEST_NAME);
      const variant = readVariant(name);
      const varied = variant === undefined ? undefined : known(variant.model);
      if (varied !== undefined) return variant?.effort === undefined ? varied : { ...varied, effort: variant.effort };
      const wild = model.length > LONGEST_NAME ? undefined : matching(model);
      if (wild === undefined) throw unknownModel(name, [...groups.keys(), ...Object.keys(aliases)], live);
      return wild;
    },
    listed() {
      const names = [
        ...groups.keys(),
        ...Object.keys(aliases).filter((name) => !aliases[name]!.hidden && !groups.has(name)),
      ];
      return names.flatMap((name) => {
        const deployment = known(name)?.deployments.find(({ id }) => !live.unlisted.has(id));
        return deployment === undefined ? [] : [{ name, deployment }];
      });
    },
  };
}

/** The deployments of the most particular pattern that a name matches. */
function matchWildcards(
  wildcards: DeploymentSettings[],
  resolve: RouteTableOptions['resolve'],
): (name: string) => Group | undefined {
  const patterns = [...Map.groupBy(wildcards, ({ modelName }) => modelName)].sort(
    ([one], [other]) => literalLength(other) - literalLength(one),
  );
  return (name) => {
    if (name === '') return undefined;
    for (const [pattern, members] of patterns) {
      const pieces = matchPattern(pattern, name);
      if (pieces === undefined) continue;
      const settings = members.map((member) => ({
        ...member,
        modelName: name,
        model: fillPattern(member.model, pieces),
      }));
      return { name, deployments: settings.map(resolve) };
    }
    return undefined;
  };
}

/** A client may send any string: what is longer than every name is neither compared nor repeated whole. */
const LONGEST_NAME = 100;

function unknownModel(asked: string, names: string[], { hosts }: LiveCatalogue): GatewayError {
  const suggestion = suggest(asked, names);
  const lists = hosts.length === 0 ? '' : " Snowflake's own list of the account's models does not have it either.";
  return new GatewayError(
    'not-found',
    `The model "${asked}" is not served here.${lists}${suggestion === undefined ? '' : ` Did you mean "${suggestion}"?`} GET /v1/models lists what is.`,
    { param: 'model' },
  );
}
