import type { Exchange } from '@couloir/sdk';
import { useExchanges, useModels } from '../admin.ts';
import { compact, dollars, milliseconds, moment, UNKNOWN } from '../format.ts';
import { routeTo, useRoute } from '../hash-route.ts';
import { Outcome } from '../parts/badge.tsx';
import { Empty } from '../parts/empty.tsx';
import { Loaded } from '../parts/loaded.tsx';
import { gatewayUrl } from '../place.ts';

export function Requests() {
  const { query: asked } = useRoute();
  const model = asked.get('model') ?? '';
  const outcome = asked.get('outcome') ?? '';
  const query = useExchanges({
    model: model === '' ? undefined : model,
    outcome: outcome === '' ? undefined : outcome,
  });
  const rows = query.data?.pages.flatMap(({ exchanges }) => exchanges) ?? [];
  return (
    <>
      <p className="hint">Kept for 90 days, without a word of prompts or answers.</p>
      <Filters model={model} outcome={outcome} rows={rows} />
      <Loaded query={query}>
        {() => {
          if (rows.length > 0) return <RequestTable rows={rows} />;
          if (model !== '' || outcome !== '')
            return <Empty>No request on record is like that. Choose another filter.</Empty>;
          return <NothingYet />;
        }}
      </Loaded>
      {query.hasNextPage && (
        <p>
          <button type="button" disabled={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {query.isFetchingNextPage ? 'Loading' : 'Older requests'}
          </button>
        </p>
      )}
    </>
  );
}

function Filters({ model, outcome, rows }: { model: string; outcome: string; rows: readonly Exchange[] }) {
  const { data } = useModels();
  const models = new Set([
    ...(data?.models.map(({ name }) => name) ?? []),
    ...rows.flatMap(({ modelAsked }) => modelAsked ?? []),
  ]);
  const kinds = new Set(rows.map((row) => row.outcome).filter((kind) => kind !== 'ok'));
  if (model !== '') models.add(model);
  if (outcome !== '' && outcome !== 'ok' && outcome !== 'failed') kinds.add(outcome);
  const show = (query: Record<string, string>) => {
    location.hash = routeTo('requests', undefined, { model, outcome, ...query });
  };
  return (
    <div className="filters">
      <label>
        Model
        <select value={model} onChange={(event) => show({ model: event.target.value })}>
          <option value="">all</option>
          {[...models].sort().map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </label>
      <label>
        Outcome
        <select value={outcome} onChange={(event) => show({ outcome: event.target.value })}>
          <option value="">all</option>
          <option>ok</option>
          <option>failed</option>
          {[...kinds].sort().map((kind) => (
            <option key={kind}>{kind}</option>
          ))}
        </select>
      </label>
    </div>
  );
}

function RequestTable({ rows }: { rows: readonly Exchange[] }) {
  return (
    <div className="table" role="region" aria-label="Requests" tabIndex={0}>
      <table className="linked">
        <thead>
          <tr>
            <th scope="col">Received</th>
            <th scope="col">Model</th>
            <th scope="col">Outcome</th>
            <th scope="col">Lane</th>
            <th scope="col" className="number">
              Duration
            </th>
            <th scope="col" className="number">
              Input
            </th>
            <th scope="col" className="number">
              Output
            </th>
            <th scope="col" className="number">
              Spend
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.requestId}>
              <th scope="row">
                <a href={routeTo('requests', row.requestId)}>{moment(row.receivedAt)}</a>
              </th>
              <td className="text">
                {row.modelAsked ?? UNKNOWN}
                {row.modelServed !== null && row.modelServed !== row.modelAsked && (
                  <small>served by {row.modelServed}</small>
                )}
              </td>
              <td>
                <Outcome outcome={row.outcome} />
              </td>
              <td>{row.lane ?? UNKNOWN}</td>
              <td className="number">{milliseconds(row.durationMs)}</td>
              <td className="number">{compact(inputOf(row))}</td>
              <td className="number">{compact(row.tokens.output)}</td>
              <td className="number">{dollars(row.costUsd)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** All of the prompt, cached or not. */
function inputOf({ tokens: { input, cacheRead, cacheWrite } }: Exchange): number | null {
  if (input === null && cacheRead === null && cacheWrite === null) return null;
  return (input ?? 0) + (cacheRead ?? 0) + (cacheWrite ?? 0);
}

function NothingYet() {
  const url = gatewayUrl();
  return (
    <Empty>
      <p>No request is on record yet. Send one:</p>
      <pre>{`curl ${url}/v1/chat/completions \\
  -H "Authorization: Bearer $COULOIR_MASTER_KEY" \\
  -H "Content-Type: application/json" \\
  -d '{"model":"claude-sonnet-4-6","messages":[{"role":"user","content":"ping"}]}'`}</pre>
    </Empty>
  );
}
