import { useSyncExternalStore } from 'react';

export interface Route {
  /** `requests`, `overview`, … */
  page: string;
  /** What follows it: the id of a request. */
  id: string | undefined;
  query: URLSearchParams;
}

/** The part of the address after `#`, as `#/requests/some-id?model=x`. */
export function useRoute(): Route {
  const hash = useSyncExternalStore(listen, () => location.hash);
  const [path = '', search = ''] = hash.replace(/^#\/?/, '').split('?');
  const [page = '', id] = path.split('/');
  return {
    page: page === '' ? 'overview' : page,
    id: id === undefined || id === '' ? undefined : decodeURIComponent(id),
    query: new URLSearchParams(search),
  };
}

export function routeTo(page: string, id?: string, query: Record<string, string> = {}): string {
  const search = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== '')).toString();
  return `#/${page}${id === undefined ? '' : `/${encodeURIComponent(id)}`}${search === '' ? '' : `?${search}`}`;
}

function listen(changed: () => void): () => void {
  addEventListener('hashchange', changed);
  return () => removeEventListener('hashchange', changed);
}
