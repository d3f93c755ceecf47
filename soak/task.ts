import { type Random, seededRandom } from '../packages/gateway/src/kit/random.ts';
import type { Leaving } from './call.ts';
import { chat } from './dialects/chat.ts';
import { completions } from './dialects/completions.ts';
import type { SoakDialect } from './dialects/dialect.ts';
import { embeddings } from './dialects/embeddings.ts';
import { messages } from './dialects/messages.ts';
import { responses } from './dialects/responses.ts';

/** One conversation that a client holds: planned whole before it begins, so that the seed alone decides it. */
export interface Task {
  dialect: SoakDialect;
  model: string;
  stream: boolean;
  thinks: boolean;
  chained: boolean;
  /** The script of all turns, for the sandbox. */
  prompt: string;
  turns: Turn[];
}

export interface Turn {
  /** What the model is told to say. */
  text: string;
  /** Keys that it is told to look up, one call each. */
  keys: string[];
  leaving: Leaving;
  readsEveryMs?: number;
  /** What the client does before it. */
  pauseMs: number;
}

export const CLAUDE = 'claude-sonnet-4-6';
export const GPT = 'openai-gpt-5.2';
/** Narrow on purpose: its requests wait for room, or are refused. */
export const NARROW = 'llama3.1-8b';
export const EMBEDDER = 'snowflake-arctic-embed-l-v2.0';
const CONVERSING = [CLAUDE, GPT];

const KINDS = [
  { share: 30, of: chat },
  { share: 30, of: messages },
  { share: 20, of: responses },
  { share: 10, of: completions },
  { share: 10, of: embeddings },
];
const LEAVES = 0.12;
const READS_SLOWLY = 0.02;
const LONG_WORDS = 4_000;

export function planTask(seed: string, client: number, count: number): Task {
  const random = seededRandom(`${seed}\0${client}\0${count}`);
  const dialect = chooseDialect(random);
  const mark = `soak-${client}-${count}`;
  if (dialect === embeddings) return planEmbeddings(mark, random);
  const once = dialect === completions;
  const thinks = !once && random.float() < 0.25;
  const turns = once ? 1 : 1 + below(random, 3);
  const planned = Array.from({ length: turns }, (_, index) =>
    planTurn(`${mark}-${index}`, index === turns - 1, random),
  );
  return {
    dialect,
    model: planned.length === 1 && random.float() < 0.05 ? NARROW : CONVERSING[below(random, 2)]!,
    stream: random.float() < 0.65,
    thinks,
    chained: random.float() < 0.5,
    prompt: [`Conversation ${mark}.`, ...planned.flatMap((turn, index) => scriptOf(turn, index, thinks, random))].join(
      '\n',
    ),
    turns: planned,
  };
}

function chooseDialect(random: Random): SoakDialect {
  let at = random.float() * KINDS.reduce((sum, { share }) => sum + share, 0);
  return (KINDS.find(({ share }) => (at -= share) < 0) ?? KINDS[0]!).of;
}

function planEmbeddings(mark: string, random: Random): Task {
  const texts = Array.from({ length: 1 + below(random, 8) }, (_, index) => `${mark} ${index} ${words(random, 12)}`);
  const turn = { text: '', keys: [], ...planManners(random) };
  const kind = { dialect: embeddings, model: EMBEDDER, stream: false, thinks: false, chained: false };
  return { ...kind, prompt: texts.join('\n'), turns: [turn] };
}

function planTurn(mark: string, last: boolean, random: Random): Turn {
  const manners = planManners(random);
  const slow = manners.readsEveryMs !== undefined;
  const count = slow ? LONG_WORDS : 1 + below(random, 60);
  // A turn that only calls has no text before the call: both exist.
  const text =
    last || random.float() < 0.5 ? `${mark} ${slow ? 'slow '.repeat(count).trimEnd() : words(random, count)}` : '';
  const keys = last ? [] : Array.from({ length: 1 + below(random, 2) }, (_, index) => `${mark}-${index}`);
  return { text, keys, ...manners };
}

function planManners(random: Random): Pick<Turn, 'leaving' | 'readsEveryMs' | 'pauseMs'> {
  const leaving = random.float() < LEAVES ? planLeaving(random) : ({ when: 'never' } as const);
  const slow = leaving.when === 'never' && random.float() < READS_SLOWLY;
  return { leaving, ...(slow ? { readsEveryMs: 20 } : {}), pauseMs: below(random, 200) };
}

function planLeaving(random: Random): Leaving {
  const chance = random.float();
  if (chance < 0.15) return { when: 'uploading' };
  if (chance < 0.5) return { when: 'waiting', afterMs: below(random, 300) };
  return { when: 'reading', afterBytes: 1 + below(random, 4_000) };
}

function scriptOf({ text, keys }: Turn, index: number, thinks: boolean, random: Random): string[] {
  const lines = [
    ...(index === 0 ? [] : ['then']),
    ...(random.float() < 0.3 ? ['pace 4ms'] : []),
    ...(thinks ? [`think ${words(random, 20)}`] : []),
    ...(text === '' ? [] : [`say ${text}`]),
    ...keys.map((key) => `call lookup ${JSON.stringify({ key })}`),
  ];
  return lines.map((line) => `sandbox> ${line}`);
}

function words(random: Random, count: number): string {
  return Array.from({ length: count }, () => random.text(2 + below(random, 8))).join(' ');
}

function below(random: Random, bound: number): number {
  return Math.floor(random.float() * bound);
}
