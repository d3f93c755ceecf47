import type { LoggedRequest } from '../packages/gateway/src/sandbox/index.ts';
import type { Told } from './client.ts';
import { type Claimed, claimLines } from './claim-lines.ts';
import type { LogLine } from './log-line.ts';

export type Invariant =
  | 'outcome'
  | 'content'
  | 'honesty'
  | 'log'
  | 'tokens'
  | 'explained'
  | 'orphan'
  | 'leak'
  | 'memory'
  | 'records';

export interface Violation {
  invariant: Invariant;
  because: string;
  /** The tales of all sides, joined. */
  told?: Told;
  lines?: LogLine[];
  requests?: LoggedRequest[];
}

/** What the three sides tell of the same time, when everything in it is over. */
export interface Tales {
  told: readonly Told[];
  lines: readonly LogLine[];
  requests: readonly LoggedRequest[];
  /** When a worker was killed, in milliseconds since the epoch. */
  killsAtMs: readonly number[];
}

/** An answer that these befell is none, or not a whole one. */
const SPOILT = new Set(['cut', 'reset', 'unfinished', 'stream-error', 'garbage', 'empty']);
/** How long after the end of a worker its connections tell of it, and how much of its log is lost with it. */
const AFTER_KILL_MS = 5_000;
const BEFORE_KILL_MS = 500;

/** Everything that does not fit together. */
export function compareTales(tales: Tales): Violation[] {
  const isDisturbed = ({ startedAtMs, endedAtMs }: Told) =>
    tales.killsAtMs.some((at) => startedAtMs <= at + AFTER_KILL_MS && endedAtMs >= at - BEFORE_KILL_MS);
  const requestsByTrace = Map.groupBy(tales.requests, traceIdOf);
  const requestsById = new Map(tales.requests.map((request) => [request.requestId, request]));
  // What reached the upstream was read; what a killed worker had on its hands may have no line at all.
  const certainty = (told: Told) => (requestsByTrace.has(told.traceId) ? 1 : 0) - (isDisturbed(told) ? 2 : 0);
  const claimed = claimLines(tales.told, tales.lines, certainty);
  const violations: Violation[] = [];
  for (const [told, lines] of claimed.lines) {
    const requests = requestsByTrace.get(told.traceId) ?? [];
    const disturbed = isDisturbed(told);
    // Who lost its line to a killed worker, and left before it knew its id, may have been given another's.
    const own = disturbed && told.requestId === undefined ? [] : lines;
    const found = [
      ...(disturbed ? [] : checkOutcome(told)),
      ...checkLines(told, lines, disturbed),
      ...own.flatMap((line) => checkAgainstUpstream(told, line, requestsById)),
      ...own.flatMap((line) => checkAttempts(line, requests)),
      ...(disturbed ? [] : checkExplained(told, requests)),
    ];
    violations.push(...found.map((violation) => ({ ...violation, told, lines, requests })));
  }
  const known = new Set(tales.told.map(({ traceId }) => traceId));
  const orphans = tales.requests.filter((request) => isInference(request) && !known.has(traceIdOf(request)));
  return [...violations, ...checkUnclaimed(claimed, tales), ...orphans.map(orphanViolation)];
}

type Found = Pick<Violation, 'invariant' | 'because'>;

function checkOutcome({ ended, because, reading, wrong, requestId }: Told): Found[] {
  if (ended === 'broken') return [{ invariant: 'outcome', because: `the connection ended without an end: ${because}` }];
  if (reading === undefined) return [];
  if (reading.is === 'malformed') return [{ invariant: 'outcome', because: reading.because }];
  if (requestId === undefined) return [{ invariant: 'outcome', because: 'the answer has no x-couloir-request-id' }];
  return wrong === undefined ? [] : [{ invariant: 'content', because: wrong }];
}

function checkLines({ reading }: Told, lines: LogLine[], disturbed: boolean): Found[] {
  if (lines.length === 0 && disturbed) return [];
  if (lines.length !== 1) return [{ invariant: 'log', because: `it has ${lines.length} log lines` }];
  const { outcome } = lines[0]!;
  if (outcome === 'internal') return [{ invariant: 'explained', because: 'a defect of the gateway' }];
  const fits =
    reading === undefined ||
    (reading.is === 'answer' ? outcome === 'ok' : outcome !== 'ok' && outcome !== 'client-left');
  return fits ? [] : [{ invariant: 'log', because: `the client has an ${reading.is}, the log says ${outcome}` }];
}

function checkAgainstUpstream({ reading }: Told, line: LogLine, requests: Map<string, LoggedRequest>): Found[] {
  const request = requests.get(line.upstreamRequestId ?? '');
  if (reading?.is !== 'answer') {
    const isWhole = request?.ending === 'complete' && !SPOILT.has(request.fault ?? '');
    return isWhole && request.tokens !== undefined && line.tokens !== undefined && !line.estimated
      ? checkTokens(line, request.tokens)
      : [];
  }
  if (request === undefined) return [{ invariant: 'honesty', because: 'success without an answer of the upstream' }];
  const { ending, fault, status, tokens } = request;
  if (ending !== 'complete' || status !== 200 || SPOILT.has(fault ?? ''))
    return [
      { invariant: 'honesty', because: `success, and the upstream’s answer is ${ending} with ${fault ?? status}` },
    ];
  if (tokens === undefined) return [{ invariant: 'tokens', because: 'the sandbox counted none' }];
  const { input, cacheRead, cacheWrite, output } = tokens;
  const wrong = checkTokens(line, tokens);
  if (line.estimated) wrong.push({ invariant: 'tokens', because: 'the log calls the upstream’s count an estimate' });
  const told = reading.usage;
  if (told !== undefined && (told.input !== input + cacheRead + cacheWrite || told.output !== output))
    wrong.push({ invariant: 'tokens', because: `the client was told ${told.input} and ${told.output}` });
  return wrong;
}

function checkTokens({ tokens: logged }: LogLine, counted: NonNullable<LoggedRequest['tokens']>): Found[] {
  const [ours, theirs] = [logged, counted].map(write);
  if (ours === theirs) return [];
  return [{ invariant: 'tokens', because: `the log says ${ours} (input/read/written/output), the sandbox ${theirs}` }];
}

function write(tokens: LogLine['tokens']): string {
  if (tokens === undefined) return 'nothing';
  const { input, cacheRead, cacheWrite, output } = tokens;
  return [input, cacheRead, cacheWrite, output].join('/');
}

/** A token that was refused is replaced within one attempt. */
function checkAttempts({ attempts }: LogLine, requests: readonly LoggedRequest[]): Found[] {
  const refused = requests.filter(({ status }) => status === 401).length;
  if (requests.length - refused <= attempts) return [];
  return [{ invariant: 'log', because: `the log says ${attempts} attempts, the sandbox saw ${requests.length}` }];
}

/** An answer that the upstream gave whole may not be lost on the way. */
function checkExplained({ reading }: Told, requests: readonly LoggedRequest[]): Found[] {
  if (reading?.is !== 'error') return [];
  const whole = requests.find(
    ({ ending, status, fault }) => ending === 'complete' && status === 200 && fault === undefined,
  );
  return whole === undefined
    ? []
    : [
        {
          invariant: 'explained',
          because: `an error (${reading.status}: ${reading.message}), and the upstream’s answer ${whole.requestId} was whole`,
        },
      ];
}

function checkUnclaimed({ unclaimed }: Claimed, { killsAtMs }: Tales): Violation[] {
  // What became of requests around the end of a worker is told by nobody: their lines may be without an owner.
  const allowed = killsAtMs.length > 0 ? (line: LogLine) => line.outcome !== 'ok' : () => false;
  return unclaimed
    .filter((line) => !allowed(line))
    .map((line) => ({ invariant: 'log', because: 'a log line of a request that no client made', lines: [line] }));
}

function orphanViolation(request: LoggedRequest): Violation {
  return {
    invariant: 'orphan',
    because: 'a request to the upstream that no client’s request explains',
    requests: [request],
  };
}

function isInference({ method, path }: LoggedRequest): boolean {
  return method === 'POST' && path.startsWith('/api/v2/cortex/');
}

/** Empty for what came without one. */
function traceIdOf({ headers }: Pick<LoggedRequest, 'headers'>): string {
  const { traceparent } = headers;
  return typeof traceparent === 'string' ? (traceparent.split('-')[1] ?? '') : '';
}
