import type { Exchange, ExchangeError } from '@couloir/sdk';
import { useExchange, useStatus } from '../admin.ts';
import { dollars, milliseconds, moment, UNKNOWN, whole } from '../format.ts';
import { routeTo } from '../hash-route.ts';
import { Outcome } from '../parts/badge.tsx';
import { Facts } from '../parts/facts.tsx';
import { Loaded } from '../parts/loaded.tsx';
import { protocolName } from '../words.ts';

/** One request, with everything that is on record of it. */
export function Request({ requestId }: { requestId: string }) {
  const query = useExchange(requestId);
  return (
    <>
      <p>
        <a href={routeTo('requests')}>All requests</a>
      </p>
      <Loaded query={query}>{(exchange) => <Details exchange={exchange} />}</Loaded>
    </>
  );
}

function Details({ exchange }: { exchange: Exchange }) {
  const { error, notes, tokens } = exchange;
  return (
    <>
      <p className="now">
        <Outcome outcome={exchange.outcome} /> {exchange.modelAsked ?? 'no model'}, {moment(exchange.receivedAt)},{' '}
        {milliseconds(exchange.durationMs)}
        {exchange.simulated && '. A sandbox answered: the answer was simulated, and nobody pays.'}
      </p>
      {error !== null && <WhatToDo error={error} />}
      <div className="columns">
        <section aria-labelledby="way">
          <h2 id="way">Route</h2>
          <Facts
            facts={[
              ['Model asked for', exchange.modelAsked ?? UNKNOWN],
              ['Model that served', exchange.modelServed ?? UNKNOWN],
              ['Deployment', <DeploymentName key="deployment" id={exchange.deploymentId} />],
              ['Protocol', protocolName(exchange.protocol)],
              ['Lane', exchange.lane ?? UNKNOWN],
              ['Stream', yesNo(exchange.stream)],
              ['Calls to the upstream', whole(exchange.attempts)],
              ['HTTP status', exchange.status],
              ['Stop', exchange.stop ?? UNKNOWN],
              ['Key', exchange.key],
            ]}
          />
        </section>
        <section aria-labelledby="time">
          <h2 id="time">Time</h2>
          <Facts
            facts={[
              ['Received', moment(exchange.receivedAt)],
              ['Waited for room', milliseconds(exchange.queuedMs)],
              ['First content after', milliseconds(exchange.firstContentMs)],
              ['Done after', milliseconds(exchange.durationMs)],
              ['The gateway’s own part', microseconds(exchange.overheadMicros)],
            ]}
          />
          <h2>Tokens and spend</h2>
          <Facts
            facts={[
              ['Input', whole(tokens.input)],
              ['Read from cache', whole(tokens.cacheRead)],
              ['Written to cache', whole(tokens.cacheWrite)],
              ['Output', whole(tokens.output)],
              ['Of it reasoning', whole(tokens.reasoning)],
              ['Counted by', countedBy(exchange)],
              ['Spend', dollars(exchange.costUsd)],
            ]}
          />
        </section>
      </div>
      <section aria-labelledby="ids">
        <h2 id="ids">Request ids</h2>
        <Facts
          facts={[
            ['Couloir', <code key="ours">{exchange.requestId}</code>],
            ['Snowflake', <UpstreamIds key="theirs" ids={exchange.upstreamRequestIds} />],
          ]}
        />
      </section>
      <section aria-labelledby="notes">
        <h2 id="notes">Notes</h2>
        {notes.length === 0 ? (
          <p className="hint">None: everything was honoured as it was asked.</p>
        ) : (
          <ul className="notes">
            {notes.map(({ code, path, because }) => (
              <li key={`${code} ${path} ${because}`}>
                <strong>{code}</strong> <code>{path}</code>: {because}
              </li>
            ))}
          </ul>
        )}
      </section>
    </>
  );
}

const WHOSE: Readonly<Record<NonNullable<ExchangeError['blame']>, string>> = {
  client: 'The client has to change its request.',
  operator: 'Whoever runs the gateway has to act.',
  upstream: 'The upstream failed.',
  gateway: 'The gateway itself is the reason.',
};

function WhatToDo({ error: { message, blame, clientMayRetry } }: { error: ExchangeError }) {
  return (
    <section className="message bad" aria-label="Error">
      {message !== null && <p>{message}</p>}
      <p>
        {blame === null ? '' : WHOSE[blame]}{' '}
        {clientMayRetry === null
          ? ''
          : clientMayRetry
            ? 'Trying again may help.'
            : 'Trying again as it is does not help.'}
      </p>
    </section>
  );
}

function DeploymentName({ id }: { id: string | null }) {
  const { data } = useStatus();
  if (id === null) return UNKNOWN;
  const deployment = data?.deployments.find((candidate) => candidate.id === id);
  if (deployment === undefined) return <code>{id}</code>;
  return (
    <>
      {deployment.model} at {new URL(deployment.origin).host} <code>{id}</code>
    </>
  );
}

function UpstreamIds({ ids }: { ids: readonly string[] }) {
  if (ids.length === 0) return 'none: no call was answered';
  return ids.map((id) => (
    <div key={id}>
      <code>{id}</code>
    </div>
  ));
}

function countedBy({ estimated, tokens }: Exchange): string {
  if (estimated) return 'the gateway: an estimate';
  return tokens.input === null && tokens.output === null ? 'nobody' : 'the upstream';
}

function yesNo(value: boolean | null): string {
  return value === null ? UNKNOWN : value ? 'yes' : 'no';
}

function microseconds(count: number | null): string {
  return count === null ? UNKNOWN : `${(count / 1_000).toFixed(1)} ms`;
}
