/** What is measured: every lane with the prompt sizes and kinds of answers that coding agents meet. */
import type { Dialect } from './answers.ts';

/** How a lane is reached: the dialect the client speaks, and a model whose home speaks the same or another. */
interface BenchLane {
  name: 'verbatim' | 'mended' | 'chat-to-claude' | 'messages-to-gpt';
  client: Dialect;
  model: string;
  /** What `x-couloir-lane` must say: a case that takes another way measures something else. */
  expected: 'verbatim' | 'mended' | 'translated';
}

export type Size = '2kb' | '200kb' | '1mb';

/**
 * `unary`: whole answers, back to back on several connections. `alone`: the same on one connection, for
 * latency. `bulk`: event streams as fast as they go. `paced`: event streams at the pace of a fast model.
 */
type Mode = 'unary' | 'alone' | 'bulk' | 'paced';

export interface BenchCase {
  name: string;
  lane: BenchLane;
  size: Size;
  mode: Mode;
  /** The upstream is reached over TLS. */
  secure: boolean;
  connections: number;
  /** Between two events of a paced stream. */
  paceMs: number;
  /** Events with text in one streamed answer. */
  events: number;
  /** One answer for each connection, then no more. */
  once: boolean;
  /** A goal of docs/performance.md hangs on it, so `--quick` runs it too. */
  decisive: boolean;
}

export const CLAUDE = 'claude-sonnet-4-6';
export const GPT = 'openai-gpt-5.2';
/** The same Claude behind an upstream with TLS. */
export const SECURE_CLAUDE = 'secure-claude-sonnet-4-6';

const LANES: BenchLane[] = [
  { name: 'verbatim', client: 'messages', model: CLAUDE, expected: 'verbatim' },
  { name: 'mended', client: 'chat', model: GPT, expected: 'mended' },
  { name: 'chat-to-claude', client: 'chat', model: CLAUDE, expected: 'translated' },
  { name: 'messages-to-gpt', client: 'messages', model: GPT, expected: 'translated' },
];

const SIZES: Size[] = ['2kb', '200kb', '1mb'];
const UNARY_CONNECTIONS: Record<Size, number> = { '2kb': 32, '200kb': 8, '1mb': 4 };
const BULK_CONNECTIONS = 16;
/** Of 5 ms each: 8,000 events a second, which every variant carries without being full. */
const PACED_CONNECTIONS = 40;
const PACE_MS = 5;
const EVENTS = 200;

const DECISIVE = new Set([
  'verbatim-2kb-unary',
  'verbatim-2kb-alone',
  'verbatim-2kb-paced',
  'verbatim-200kb-unary',
  'mended-2kb-unary',
  'mended-2kb-paced',
  'chat-to-claude-2kb-paced',
  'chat-to-claude-200kb-unary',
  'messages-to-gpt-2kb-paced',
  'messages-to-gpt-200kb-unary',
]);

export const CASES: BenchCase[] = [
  ...LANES.flatMap((lane) => [
    ...SIZES.flatMap((size) => (['unary', 'bulk', 'paced'] as const).map((mode) => benchCase(lane, size, mode))),
    benchCase(lane, '2kb', 'alone'),
  ]),
  ...(['unary', 'paced'] as const).map((mode) => secured(benchCase(LANES[0]!, '2kb', mode))),
];

/** A thousand conversations at once, each with an event four times a second. */
export const OPEN_STREAMS: BenchCase = {
  ...benchCase(LANES[0]!, '2kb', 'paced'),
  name: 'verbatim-2kb-open',
  connections: 1_000,
  paceMs: 250,
  events: 60,
  once: true,
};

export const SECURE_OPEN_STREAMS = secured(OPEN_STREAMS);

/** @throws Error for a name that no case has */
export function findCase(name: string): BenchCase {
  const found = [...CASES, OPEN_STREAMS, SECURE_OPEN_STREAMS].find((each) => each.name === name);
  if (found === undefined) throw new Error(`there is no case ${name}`);
  return found;
}

export function isStreamed({ mode }: Pick<BenchCase, 'mode'>): boolean {
  return mode === 'bulk' || mode === 'paced';
}

/** The streams of a paced case as fast as they go; undefined for cases of another mode. */
export function bulkOf({ mode, lane, size, secure }: BenchCase): BenchCase | undefined {
  if (mode !== 'paced' || secure) return undefined;
  return CASES.find((other) => other.mode === 'bulk' && other.lane === lane && other.size === size);
}

function benchCase(lane: BenchLane, size: Size, mode: Mode): BenchCase {
  const name = `${lane.name}-${size}-${mode}`;
  return {
    name,
    lane,
    size,
    mode,
    secure: false,
    connections: connectionsOf(size, mode),
    paceMs: mode === 'paced' ? PACE_MS : 0,
    events: EVENTS,
    once: false,
    decisive: DECISIVE.has(name),
  };
}

function connectionsOf(size: Size, mode: Mode): number {
  if (mode === 'alone') return 1;
  if (mode === 'unary') return UNARY_CONNECTIONS[size];
  return mode === 'bulk' ? BULK_CONNECTIONS : PACED_CONNECTIONS;
}

function secured(plain: BenchCase): BenchCase {
  return {
    ...plain,
    name: `${plain.name}-tls`,
    secure: true,
    lane: { ...plain.lane, model: SECURE_CLAUDE },
    decisive: false,
  };
}
