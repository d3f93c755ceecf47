import { toGatewayError } from '../errors/error.ts';
import type { Clock } from '../kit/clock.ts';
import type { Deployment } from './deployment.ts';
import { type CataloguedAccount, cataloguedAccounts, type LiveCatalogue, mergeLiveModels } from './live-catalogue.ts';
import { fetchLiveModels } from './live-models.ts';
import type { Transport } from './transport.ts';

interface LiveWatchOptions {
  deployments: readonly Deployment[];
  transport: Transport;
  clock: Pick<Clock, 'every'>;
  userAgent: string;
  /** Called once for each account until it tells again, however often it does not. Whole sentences without secrets. */
  warn: (message: string) => void;
  /** Called when an account's list is another than before, and when one tells for the first time. */
  onChange: (live: LiveCatalogue) => void;
}

const REFRESH_MS = 10 * 60_000;

/**
 * Asks every account that serves the whole catalogue for its list, now and every ten minutes, one question at a time
 * each. An account that does not tell keeps what it told last. Nothing waits for it.
 * @returns stops asking, and cuts what is being asked
 */
export function watchLiveModels({
  deployments,
  transport,
  clock,
  userAgent,
  warn,
  onChange,
}: LiveWatchOptions): () => void {
  const accounts = cataloguedAccounts(deployments);
  if (accounts.length === 0) return () => undefined;
  const stopping = new AbortController();
  const { signal } = stopping;
  const lists = new Map<CataloguedAccount, readonly string[]>();
  const asking = new Set<CataloguedAccount>();
  const silent = new Set<CataloguedAccount>();

  async function ask(account: CataloguedAccount): Promise<void> {
    if (asking.has(account)) return;
    asking.add(account);
    const {
      url,
      deployments: [{ tokens, extraHeaders }],
    } = account;
    try {
      const names = await fetchLiveModels({ url, tokens, transport, userAgent, extraHeaders, signal });
      silent.delete(account);
      if (signal.aborted || isSame(names, lists.get(account))) return;
      lists.set(account, names);
      onChange(mergeLiveModels(lists, deployments));
    } catch (cause) {
      if (signal.aborted || silent.has(account)) return;
      silent.add(account);
      warn(
        `${new URL(url).host} did not tell which models it has; the catalogue is served as it is. ${toGatewayError(cause).publicMessage}`,
      );
    } finally {
      asking.delete(account);
    }
  }

  const askAll = () => {
    for (const account of accounts) void ask(account);
  };
  askAll();
  const stop = clock.every(REFRESH_MS, askAll);
  return () => {
    stop();
    stopping.abort();
  };
}

function isSame(names: readonly string[], before: readonly string[] | undefined): boolean {
  return JSON.stringify(names) === JSON.stringify(before);
}
