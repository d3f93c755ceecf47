import type { DeploymentSettings } from '../config/settings.ts';
import { GatewayError } from '../errors/error.ts';
import type { Clock } from '../kit/clock.ts';
import { cortexAddress } from '../upstream/account.ts';
import type { SqlConnection } from '../upstream/sql/connection.ts';
import type { TokenSources } from '../upstream/tokens/source.ts';
import type { Transport } from '../upstream/transport.ts';
import type { AccountView } from './compare.ts';
import { readUsageView } from './snowflake-view.ts';

interface UsageWorld {
  clock: Clock;
  transport: Transport;
  tokensFor: TokenSources;
  userAgent: string;
}

interface UsageAccount {
  account: string;
  deploymentIds: Set<string>;
  /** Of the account's first deployment: the view is the same for all of them. */
  settings: DeploymentSettings;
}

/** Reads the view of every account that the deployments are of. Those that cannot be read are told, and the others still are. */
export async function readAccounts(
  deployments: readonly DeploymentSettings[],
  sinceMs: number,
  signal: AbortSignal,
  world: UsageWorld,
): Promise<{ views: AccountView[]; unread: { account: string; reason: string }[] }> {
  const views: AccountView[] = [];
  const unread: { account: string; reason: string }[] = [];
  await Promise.all(
    accountsOf(deployments).map(async ({ account, deploymentIds, settings }) => {
      try {
        const calls = await readUsageView(connect(settings, world), sinceMs, signal);
        views.push({ account, deploymentIds, calls });
      } catch (cause) {
        if (!(cause instanceof GatewayError)) throw cause;
        unread.push({ account, reason: cause.publicMessage });
      }
    }),
  );
  return { views, unread };
}

function accountsOf(deployments: readonly DeploymentSettings[]): UsageAccount[] {
  const accounts = new Map<string, UsageAccount>();
  for (const settings of deployments.filter(({ provider }) => provider === 'cortex')) {
    const { origin, urls } = cortexAddress(settings.base);
    const account = accounts.get(urls.statements) ?? { account: origin, deploymentIds: new Set(), settings };
    account.deploymentIds.add(settings.id);
    accounts.set(urls.statements, account);
  }
  return [...accounts.values()];
}

function connect(settings: DeploymentSettings, { tokensFor, ...world }: UsageWorld): SqlConnection {
  const { base, credential, provider, role, warehouse } = settings;
  const { origin, urls } = cortexAddress(base);
  return {
    ...world,
    url: urls.statements,
    tokens: tokensFor({ provider, credential, origin, ...('account' in base ? { account: base.account } : {}) }),
    ...(role === undefined ? {} : { role }),
    ...(warehouse === undefined ? {} : { warehouse }),
  };
}
