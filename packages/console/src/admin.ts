import { CouloirAdmin, type ExchangesQuery, type UsageGrouping } from '@couloir/sdk';
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { createContext, useContext } from 'react';
import { gatewayUrl } from './place.ts';

export interface Session {
  key: string;
  admin: CouloirAdmin;
}

export const SessionContext = createContext<Session | undefined>(undefined);

export function adminWith(key: string): CouloirAdmin {
  return new CouloirAdmin({ baseUrl: gatewayUrl(), key });
}

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (session === undefined) throw new Error('only the sign-in page is shown without a session');
  return session;
}

/** How often what changes by itself is asked for again while somebody looks. */
const LIVE_MS = 5_000;
const SUMS_MS = 30_000;
const PAGE_ROWS = 50;

export function useStatus() {
  const { admin } = useSession();
  return useQuery({
    queryKey: ['status'],
    queryFn: ({ signal }) => admin.status({ signal }),
    refetchInterval: LIVE_MS,
  });
}

export function useModels() {
  const { admin } = useSession();
  return useQuery({
    queryKey: ['models'],
    queryFn: ({ signal }) => admin.models({ signal }),
    refetchInterval: SUMS_MS,
  });
}

export function useUsage(since: string, by: UsageGrouping) {
  const { admin } = useSession();
  return useQuery({
    queryKey: ['usage', since, by],
    queryFn: ({ signal }) => admin.usage({ since, by }, { signal }),
    refetchInterval: SUMS_MS,
    placeholderData: keepPreviousData,
  });
}

export function useExchanges(filter: Pick<ExchangesQuery, 'model' | 'outcome'>) {
  const { admin } = useSession();
  return useInfiniteQuery({
    queryKey: ['exchanges', filter.model, filter.outcome],
    queryFn: ({ pageParam, signal }) => admin.exchanges({ ...filter, limit: PAGE_ROWS, before: pageParam }, { signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next ?? undefined,
    // Who has gone back in time is reading: the list stays as it is.
    refetchInterval: ({ state }) => ((state.data?.pages.length ?? 0) > 1 ? false : LIVE_MS),
  });
}

export function useExchange(requestId: string) {
  const { admin } = useSession();
  return useQuery({
    queryKey: ['exchange', requestId],
    queryFn: ({ signal }) => admin.exchange(requestId, { signal }),
    staleTime: Infinity,
  });
}
