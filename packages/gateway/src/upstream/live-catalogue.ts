/**
 * The catalogue beside what the account itself lists. What only the account knows is served; what only the catalogue
 * knows is no longer listed, and is called all the same when somebody asks for it: Snowflake's specification says
 * that the list is that of the session, and nobody has published a refusal that proves it (docs/cortex-quirks.md#models-endpoint).
 */
import { deploymentId } from '../config/deployment-id.ts';
import type { Settings } from '../config/settings.ts';
import { cortexAddress } from './account.ts';
import { canonicalModel, findChatModel, isEmbeddingModel } from './catalogue.ts';
import { cursorSafeAlias } from './cursor-alias.ts';
import { type Deployment, resolveDeployment } from './deployment.ts';

/** Deployments that whole-catalogue configurations made for one account: one list of models tells of them all. */
export interface CataloguedAccount {
  /** `CortexAddress.urls.models`. */
  url: string;
  deployments: readonly [Deployment, ...Deployment[]];
}

/** What lists of models change. */
export interface LiveCatalogue {
  /** Of models that an account lists and no deployment serves. */
  deployments: Deployment[];
  /** Their other names, as the catalogue's models have them. */
  aliases: Settings['aliases'];
  /** Ids of deployments whose model its account does not list. */
  unlisted: ReadonlySet<string>;
  /** Hosts whose lists these are. */
  hosts: string[];
}

export const NOTHING_LIVE: LiveCatalogue = { deployments: [], aliases: {}, unlisted: new Set(), hosts: [] };

/** Deployments that the operator named one by one are nobody's business but theirs. */
export function cataloguedAccounts(deployments: readonly Deployment[]): CataloguedAccount[] {
  const catalogued = deployments.filter(({ ofCatalogue }) => ofCatalogue === true);
  const sources = [...new Set(catalogued.map(({ tokens }) => tokens))];
  const groups = Map.groupBy(catalogued, ({ base, tokens, role }) =>
    JSON.stringify([cortexAddress(base).urls.models, sources.indexOf(tokens), role]),
  );
  return Array.from(groups.values(), (group) => ({
    url: cortexAddress(group[0]!.base).urls.models,
    deployments: group as [Deployment, ...Deployment[]],
  }));
}

/**
 * @param lists what accounts listed; of an account that did not tell there is none
 * @param served every deployment there is, of the catalogue or not
 */
export function mergeLiveModels(
  lists: ReadonlyMap<CataloguedAccount, readonly string[]>,
  served: readonly Deployment[],
): LiveCatalogue {
  const live: LiveCatalogue & { unlisted: Set<string> } = {
    deployments: [],
    aliases: {},
    unlisted: new Set(),
    hosts: Array.from(lists.keys(), ({ url }) => new URL(url).host),
  };
  const names = new Set(served.map(({ modelName }) => modelName));
  for (const [account, listed] of lists) {
    const added = listed.filter((name) => NAME.test(name) && !names.has(name) && !names.has(canonicalModel(name)));
    for (const name of added) live.deployments.push(deploymentOf(name, account.deployments[0]));
    for (const id of unlistedOf(account, new Set(listed))) live.unlisted.add(id);
  }
  for (const { modelName } of live.deployments) Object.assign(live.aliases, aliasesOf(modelName));
  return live;
}

/** What may stand in a URL, a log line and a picker of models; fine-tuned ones are `database.schema.model`. */
const NAME = /^[\w.:$-]{1,150}$/;

function deploymentOf(name: string, sibling: Deployment): Deployment {
  const { tokens } = sibling;
  const settings = { ...sibling, modelName: name, model: name };
  return resolveDeployment({ ...settings, id: deploymentId(settings) }, () => tokens);
}

/** A list that names nothing of a kind says nothing of that kind: Snowflake's has no embedding models. */
function unlistedOf({ deployments }: CataloguedAccount, listed: ReadonlySet<string>): string[] {
  const tellsOf = (isEmbedding: boolean) =>
    Array.from(listed).some((name) =>
      isEmbedding ? isEmbeddingModel(name) : findChatModel(name) !== undefined && !isEmbeddingModel(name),
    );
  const told = new Map([true, false].map((isEmbedding) => [isEmbedding, tellsOf(isEmbedding)] as const));
  return deployments
    .filter(({ model }) => told.get(isEmbeddingModel(model)) === true && !listed.has(model))
    .map(({ id }) => id);
}

function aliasesOf(name: string): Settings['aliases'] {
  return { [`cortex-${name}`]: { model: name, hidden: true }, [cursorSafeAlias(name)]: { model: name, hidden: false } };
}

/** What lists of models changed, in a sentence for the log. */
export function tellLive({ deployments, unlisted, hosts }: LiveCatalogue): string {
  const names = deployments.map(({ modelName }) => modelName);
  const added =
    names.length === 0
      ? 'no model that the catalogue lacks'
      : `${names.join(', ')}, which the catalogue does not serve: with the defaults of their family where it does not know them`;
  const lacking =
    unlisted.size === 0 ? '' : ` It lacks ${unlisted.size} of the catalogue; GET /v1/models leaves them out.`;
  return `${hosts.join(' and ')} lists ${added}.${lacking}`;
}
