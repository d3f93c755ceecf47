import type { Clock } from '../kit/clock.ts';
import { costUsd } from '../policy/price.ts';
import type { ExchangeCourse, ExchangeRow, ExchangeTokens } from '../store/ports.ts';
import type { Exchange } from './exchange.ts';
import type { Ended } from './ended.ts';

/** A client may ask for anything; what no model is called is not worth the disk. */
const LONGEST_NAME = 200;

/** What is written down of an exchange; undefined when nobody was identified. */
export function recordOf(x: Ended, clock: Pick<Clock, 'micros'>): ExchangeRow | undefined {
  if (x.caller === undefined) return undefined;
  const { deployment, lane, error, usage, upstreamRequestId, answeredRequestIds, simulated } = x.record;
  const cost = usage === undefined || deployment === undefined ? undefined : costUsd(usage, deployment);
  const last = upstreamRequestId === undefined ? [] : [upstreamRequestId];
  return {
    requestId: x.requestId,
    upstreamRequestIds: answeredRequestIds.length > 0 ? answeredRequestIds : last,
    receivedAtMs: x.receivedAtMs,
    durationMs: Math.round((clock.micros() - x.receivedAtMicros) / 1000),
    callerId: x.caller.id,
    ...(x.head === undefined ? {} : { modelAsked: x.head.model.slice(0, LONGEST_NAME) }),
    ...(deployment === undefined ? {} : { modelServed: deployment.model, deploymentId: deployment.id }),
    dialect: x.dialect.name,
    ...(lane === undefined ? {} : { lane }),
    status: error?.status ?? 200,
    outcome: error?.kind ?? 'ok',
    tokens: tokensOf(usage),
    estimated: usage?.estimated === true,
    ...(cost === undefined ? {} : { costUsd: cost }),
    simulated,
    course: courseOf(x),
  };
}

function courseOf({ head, record, receivedAtMicros }: Ended): ExchangeCourse {
  const { attempts, firstContentAtMicros, overheadMicros, queuedMs, stop, notes, error } = record;
  return {
    attempts,
    queuedMs: Math.ceil(queuedMs),
    ...(head === undefined ? {} : { stream: head.stream }),
    ...(firstContentAtMicros === undefined
      ? {}
      : { firstContentMs: Math.round((firstContentAtMicros - receivedAtMicros) / 1000) }),
    ...(overheadMicros === undefined ? {} : { overheadMicros }),
    ...(stop === undefined ? {} : { stop }),
    notes: notes.map(({ code, path, because }) => ({ code, path, because })),
    ...(error === undefined ? {} : { errorMessage: error.publicMessage }),
  };
}

function tokensOf(usage: Exchange['record']['usage']): ExchangeTokens {
  const { input, cacheRead, cacheWrite5m, cacheWrite1h, output, reasoning } = usage ?? {};
  return {
    ...(input === undefined ? {} : { input }),
    ...(cacheRead === undefined ? {} : { cacheRead }),
    ...(cacheWrite5m === undefined ? {} : { cacheWrite5m }),
    ...(cacheWrite1h === undefined ? {} : { cacheWrite1h }),
    ...(output === undefined ? {} : { output }),
    ...(reasoning === undefined ? {} : { reasoning }),
  };
}
