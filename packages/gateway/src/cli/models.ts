import { homeFolder } from '../config/home.ts';
import { loadSettings } from '../config/load.ts';
import type { DeploymentSettings } from '../config/settings.ts';
import { systemClock } from '../kit/clock.ts';
import { systemRandom } from '../kit/random.ts';
import { cortexAddress } from '../upstream/account.ts';
import { CATALOGUE_DATE, listChatModels, listEmbeddingModels } from '../upstream/catalogue.ts';
import { resolveDeployment } from '../upstream/deployment.ts';
import { cortexKnowledge } from '../upstream/knowledge.ts';
import { fetchLiveModels } from '../upstream/live-models.ts';
import { createTokenSources, type TokenSource } from '../upstream/tokens/source.ts';
import { createTransport, type Transport } from '../upstream/transport.ts';
import { VERSION } from '../version.ts';
import type { Console } from './console.ts';
import { CommandError } from './failure.ts';
import { chatRow, embeddingRow, liveOnlyRow, type ModelRow, writeTable } from './model-rows.ts';

export interface ModelsFlags {
  config?: string;
  live?: true;
  json?: true;
}

/**
 * Lists the catalogue; with `--live` what the configured accounts say they can call, too.
 * @throws ConfigError, CommandError without an account, GatewayError when Snowflake does not tell
 */
export async function models(flags: ModelsFlags, console: Console): Promise<void> {
  const catalogue = [...listChatModels().map(chatRow), ...listEmbeddingModels().map(embeddingRow)];
  const rows = flags.live ? markLive(catalogue, await askAccounts(flags, console)) : catalogue;
  const asOf = new Date(CATALOGUE_DATE * 1000).toISOString().slice(0, 10);
  if (flags.json) console.out(JSON.stringify({ asOf, models: rows }, null, 2));
  else for (const line of writeTable(rows, asOf)) console.out(line);
}

interface LiveAccount {
  host: string;
  names: readonly string[];
}

/**
 * Those the account lists and the catalogue does not know come last. A list that names no embedding model at all
 * says nothing of them.
 */
function markLive(catalogue: readonly ModelRow[], accounts: readonly LiveAccount[]): ModelRow[] {
  const listed = new Set(accounts.flatMap(({ names }) => names));
  const known = new Set(catalogue.map(({ name }) => name));
  const listsEmbeddings = catalogue.some(({ name, family }) => family === 'embedding' && listed.has(name));
  const unknown = Array.from(listed).filter((name) => !known.has(name));
  return [...catalogue, ...unknown.map(liveOnlyRow)].map((row) =>
    row.family === 'embedding' && !listsEmbeddings
      ? row
      : { ...row, live: accounts.filter(({ names }) => names.includes(row.name)).map(({ host }) => host) },
  );
}

async function askAccounts(flags: ModelsFlags, { env, cwd }: Console): Promise<LiveAccount[]> {
  const { settings } = loadSettings({
    ...(flags.config === undefined ? {} : { configFile: flags.config }),
    env,
    cwd,
    home: homeFolder(env),
    cortex: cortexKnowledge,
  });
  const cortex = settings.deployments.filter(({ provider }) => provider === 'cortex');
  if (cortex.length === 0) {
    const message = 'there is no Snowflake account to ask. Set SNOWFLAKE_ACCOUNT and SNOWFLAKE_PAT, or give --config.';
    throw new CommandError(message, 2);
  }
  const transport = createTransport();
  try {
    return await Promise.all(accountsOf(cortex, transport).map((account) => askAccount(account, transport)));
  } finally {
    await transport.close();
  }
}

interface Address {
  url: string;
  tokens: TokenSource;
  extraHeaders: Record<string, string>;
}

/** One for each host and credential, however many models they serve. */
function accountsOf(deployments: readonly DeploymentSettings[], transport: Transport): Address[] {
  const tokensFor = createTokenSources({ clock: systemClock, random: systemRandom, transport, warn: () => undefined });
  const addresses = deployments.map((settings) => {
    const { tokens, extraHeaders } = resolveDeployment(settings, tokensFor);
    return { url: cortexAddress(settings.base).urls.models, tokens, extraHeaders };
  });
  return addresses.filter(
    ({ url, tokens }, index) => addresses.findIndex((other) => other.url === url && other.tokens === tokens) === index,
  );
}

async function askAccount({ url, tokens, extraHeaders }: Address, transport: Transport): Promise<LiveAccount> {
  const { signal } = new AbortController();
  const names = await fetchLiveModels({
    url,
    tokens,
    extraHeaders,
    transport,
    userAgent: `couloir/${VERSION}`,
    signal,
  });
  return { host: new URL(url).host, names };
}
