/** A soak for a terminal and for docs/soak.md. */
import type { Invariant, Violation } from './compare.ts';
import type { RoundFacts, SoakOutcome } from './outcome.ts';

const SHOWN_VIOLATIONS = 5;
const LONGEST_TEXT = 400;
const SHOWN_LINES = 20;

/** What each invariant says, as the page tells it. */
const INVARIANTS: Readonly<Record<Invariant, string>> = {
  outcome: 'Every request that its client waited for has one end: an answer or an error, well-formed in its dialect',
  content: 'An answer says what the script says: nothing lost, doubled or of another request, tool calls included',
  honesty: 'No answer claims success that the sandbox cut, spoilt or never gave',
  explained: 'No error where the sandbox gave a whole answer, and none that is the gateway’s own defect',
  log: 'One wide log line for each exchange, also of clients that left, with the outcome that the client saw',
  tokens: 'The tokens of the log line and of the answer are the sandbox’s own count',
  orphan: 'Nothing is sent upstream that no client asked for',
  records: 'One record in the database for each log line',
  leak: 'Counters back to zero after each round; no connection left open when idle ones have run out',
  memory: 'Memory of the largest process, at rest after the last round, within 25 % of that after the second',
};

export function renderRound(facts: RoundFacts): string {
  const { round, requests, loadMs, outcomes, upstreamRequests, faults, processesMb, deeds, violations } = facts;
  return [
    `round ${round}: ${requests} requests in ${(loadMs / 1000).toFixed(0)} s (${list(outcomes)})`,
    `${upstreamRequests} upstream, ${total(faults)} of them with a fault`,
    `${processesMb.map((mb) => mb.toFixed(0)).join(' + ')} MB at rest`,
    deeds.map(({ name }) => name).join(', '),
    `${violations} violations`,
  ].join('; ');
}

/** The first of each kind: one usually explains the others. */
export function renderViolations(violations: readonly Violation[]): string {
  const kinds = Map.groupBy(violations, ({ invariant }) => invariant);
  return [...kinds.values()].flatMap((all) => all.slice(0, SHOWN_VIOLATIONS).map(describe)).join('\n');
}

export function renderTerminal({ violations, toldWithRounds, options, others }: SoakOutcome): string {
  const late = violations.slice(toldWithRounds);
  const counts = Array.from(
    Map.groupBy(violations, ({ invariant }) => invariant),
    ([invariant, all]) => `${invariant} ${all.length}`,
  );
  return [
    ...(late.length === 0 ? [] : [renderViolations(late)]),
    ...(violations.length === 0 ? [] : ['The gateway said beside its exchanges:', ...others.slice(-SHOWN_LINES)]),
    `${violations.length} violations${counts.length === 0 ? '' : ` (${counts.join(', ')})`}; seed "${options.seed}"`,
  ].join('\n');
}

function describe({ invariant, because, ...tales }: Violation): string {
  return `${invariant}: ${because}\n${JSON.stringify(tales, withoutBulk, 1)}\n`;
}

function withoutBulk(key: string, value: unknown): unknown {
  if (key === 'headers' || key === 'raw' || key === 'body') return undefined;
  return typeof value === 'string' && value.length > LONGEST_TEXT ? `${value.slice(0, LONGEST_TEXT)} …` : value;
}

/** The page, all of it. */
export function renderMarkdown(outcome: SoakOutcome): string {
  const { options, rounds, violations, takenAt, withoutSlowNames } = outcome;
  const answers = sumOf(rounds, 'answer');
  const errors = sumOf(rounds, 'error');
  const requests = rounds.reduce((sum, { requests: some }) => sum + some, 0);
  const verdict = violations.length === 0 ? 'None was violated.' : `**${violations.length} violations.**`;
  return [
    '# Soak',
    '',
    '`npm run soak -- --write` runs it and writes this page. `npm run test:agents` runs it short, for CI.',
    '',
    `${options.clients} clients at the same time hold seeded conversations through the built program with ${options.workers} workers, before two`,
    `simulated accounts in which ${options.faults} % of the requests suffer something. What the clients saw, what the gateway logged and what the`,
    'sandboxes counted is joined request by request, by the `traceparent` that each client sends.',
    '',
    `${takenAt.slice(0, 10)}: ${count(requests)} requests. ${((answers / (answers + errors)) * 100).toFixed(1)} % of those that were waited for`,
    'got their answer in spite of all; the others got an error that says what happened.',
    '',
    '## What must hold',
    '',
    verdict,
    '',
    ...table(
      ['', 'invariant', 'violations'],
      Object.entries(INVARIANTS).map(([name, says]) => [
        `\`${name}\``,
        says,
        String(violations.filter(({ invariant }) => invariant === name).length),
      ]),
    ),
    '## Rounds',
    '',
    'Each is an equal part of the load, and a pause. The first warms up.',
    '',
    ...table(
      [
        'round',
        'requests',
        'answers',
        'errors',
        'clients left',
        'lost with the worker',
        'upstream',
        'waited for a place',
        'memory at rest',
      ],
      rounds.map((facts) => [
        String(facts.round),
        count(facts.requests),
        ...['answer', 'error', 'left', 'broken'].map((name) => count(facts.outcomes[name] ?? 0)),
        count(facts.upstreamRequests),
        count(facts.queued),
        `${facts.processesMb.map((mb) => mb.toFixed(0)).join(' + ')} MB`,
      ]),
    ),
    '## What happened',
    '',
    ...table(['to requests upstream', 'times'], rowsOf(rounds.map(({ faults }) => faults))),
    ...table(['to the gateway', 'times'], rowsOf(rounds.map(({ deeds }) => countNames(deeds)))),
    '`stall` and `stall-midway` are silences of a second, a few of them of six: longer than the configured patience. `390318` is a refused OAuth',
    'token; besides, the OAuth tokens of one account really end every eight seconds, and the token file of the other is replaced after its token has',
    'ended. A *broken reload* is a file that must be refused.',
    '',
    withoutSlowNames === undefined
      ? 'Names were resolved slowly: the gateway ran with an `/etc/resolv.conf` of its own, whose server takes 1.5 s for every fourth question about the second account.'
      : `No name was resolved slowly, because ${withoutSlowNames}. On Linux, as root, the gateway runs with an \`/etc/resolv.conf\` of its own whose server is slow.`,
    '',
    '## Who the clients are',
    '',
    'Chat Completions, Messages, Responses, Completions and Embeddings, streamed and whole, on Claude and GPT models, so that every lane is used; up to',
    'three turns with parallel tool calls, a quarter with thinking, Responses also by `previous_response_id`. Twelve in a hundred leave: while they send,',
    'while they wait, while they read. Two in a hundred read slowly. There are fewer places than clients, and one model has a narrow rate limit.',
    '',
    '## What is not asked of it',
    '',
    '- Of what a killed worker had on its hands nothing is demanded but that nobody else suffers; its last records (a quarter of a second) are lost with it.',
    '- Memory is what the kernel says of processes at rest. V8 takes and gives back memory when it likes: hence the 25 %, and a worker that replaced another is not judged while it grows up.',
    '- Clients, sandboxes and judge share one process. Times are therefore not told; [the bench](performance.md) measures them.',
    '',
    '## Run it again',
    '',
    '```sh',
    'npm run soak                                  # ten minutes of load',
    'npm run soak -- --seed other --minutes 60',
    'npm run soak -- --requests 3000 --clients 60  # as in CI',
    '```',
    '',
    'Each violation is printed with the request as the client, the log and the sandbox tell it, and the seed. The same seed plans the same conversations',
    'and faults; which request meets which fault depends on their order.',
    '',
  ].join('\n');
}

function table(columns: string[], rows: string[][]): string[] {
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`;
  return [line(columns), line(columns.map(() => '---')), ...rows.map(line), ''];
}

function rowsOf(all: readonly Record<string, number>[]): string[][] {
  const sums: Record<string, number> = {};
  for (const counts of all) for (const [name, times] of Object.entries(counts)) sums[name] = (sums[name] ?? 0) + times;
  return Object.entries(sums)
    .toSorted(([left], [right]) => left.localeCompare(right))
    .map(([name, times]) => [name, count(times)]);
}

function countNames(deeds: RoundFacts['deeds']): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { name } of deeds) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

function sumOf(rounds: readonly RoundFacts[], outcome: string): number {
  return rounds.reduce((sum, { outcomes }) => sum + (outcomes[outcome] ?? 0), 0);
}

function total(counts: Record<string, number>): number {
  return Object.values(counts).reduce((sum, times) => sum + times, 0);
}

function list(counts: Record<string, number>): string {
  return Object.entries(counts)
    .map(([name, times]) => `${name} ${times}`)
    .join(', ');
}

function count(number: number): string {
  return number.toLocaleString('en-US');
}
