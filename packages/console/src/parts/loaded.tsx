import type { ReactNode } from 'react';

interface LoadedProps<Data> {
  query: { data: Data | undefined; error: Error | null; isFetching: boolean; refetch: () => unknown };
  children: (data: Data) => ReactNode;
}

/** What a query answered; until then that it is on its way, or what went wrong. Old data stays with the error above it. */
export function Loaded<Data>({ query, children }: LoadedProps<Data>) {
  const { data, error, isFetching, refetch } = query;
  return (
    <>
      <p className="sr" aria-live="polite">
        {data === undefined && error === null ? 'Loading' : ''}
      </p>
      {error !== null && (
        <div className="message bad" role="alert">
          <p>{error.message}</p>
          <button type="button" disabled={isFetching} onClick={() => void refetch()}>
            Try again
          </button>
        </div>
      )}
      {data === undefined ? error === null && <div className="loading" aria-hidden="true" /> : children(data)}
    </>
  );
}
