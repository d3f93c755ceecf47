import { createHash } from 'node:crypto';
import { Lru } from '../kit/lru.ts';
import { BYTES_PER_TOKEN } from './tokens.ts';

/** A stretch of the prompt in the order the model reads it: a tool, a system block, a message. */
export interface PromptSegment {
  /** Everything that must be the same for the prefix to be the same. */
  text: string;
  tokens: number;
  /** The client marked the end of this stretch with `cache_control`. */
  mark: boolean;
}

/** The prompt's tokens in disjoint classes. */
export interface CacheAccount {
  input: number;
  read: number;
  written: number;
}

/** docs/cortex-quirks.md#cache-five-minutes: a read starts the life anew. */
const LIFE_MS = 5 * 60_000;
const CAPACITY = 20_000;
/** How many segments before a mark are searched for an older entry, as Anthropic documents. */
const LOOK_BACK = 20;

/** Fewest tokens of prefix that are cached at all, first match wins. docs/cortex-quirks.md#cache-minimum-tokens */
const MINIMUM_TOKENS: [models: RegExp, tokens: number][] = [
  [/^claude-(opus|haiku)-/, 4_096],
  [/^/, 1_024],
];

const IMPLICIT_MINIMUM_TOKENS = 1_024;
const IMPLICIT_STEP_TOKENS = 128;
/** A prefix is read from cache when this many requests brought it before. docs/cortex-quirks.md#openai-implicit-cache */
const IMPLICIT_SIGHTINGS = 2;

/**
 * What Cortex remembers of earlier prompts. Claude caches where it is told to (at most four marks, checked
 * by the surface), OpenAI models cache by themselves, other families never.
 */
export class PromptCache {
  readonly #entries: Lru<number>;

  constructor(options: { now: () => number }) {
    this.#entries = new Lru({ capacity: CAPACITY, weigh: () => 1, ttlMs: LIFE_MS, now: options.now });
  }

  /**
   * Splits the prompt's tokens into read, written and plain ones, and remembers it for the next request.
   * @param cacheKey tells implicit caches apart; marks alone decide for Claude
   */
  account(model: string, segments: PromptSegment[], cacheKey = ''): CacheAccount {
    if (model.startsWith('claude-')) return this.#explicit(model, segments);
    if (model.startsWith('openai-')) return this.#implicit(`${model}\0${cacheKey}`, segments);
    return { input: totalOf(segments), read: 0, written: 0 };
  }

  #explicit(model: string, segments: PromptSegment[]): CacheAccount {
    const total = totalOf(segments);
    const prefixes = prefixesOf(model, segments);
    const marked = prefixes.filter(({ mark, tokens }) => mark && tokens >= minimumTokens(model));
    const last = marked.at(-1);
    if (last === undefined) return { input: total, read: 0, written: 0 };
    const hit = marked
      .toReversed()
      .map((mark) => this.#newestAtOrBefore(prefixes, mark.index))
      .find((prefix) => prefix !== undefined);
    const read = hit?.tokens ?? 0;
    if (hit !== undefined) this.#entries.set(hit.hash, hit.tokens);
    for (const { hash, tokens } of marked) if (tokens > read) this.#entries.set(hash, tokens);
    return { input: total - last.tokens, read, written: last.tokens - read };
  }

  #newestAtOrBefore(prefixes: Prefix[], index: number): Prefix | undefined {
    const near = prefixes.slice(Math.max(0, index - LOOK_BACK), index + 1).toReversed();
    return near.find(({ hash }) => this.#entries.get(hash) !== undefined);
  }

  #implicit(identity: string, segments: PromptSegment[]): CacheAccount {
    const total = totalOf(segments);
    const text = Buffer.from(segments.map((segment) => segment.text).join('\n'));
    const hash = createHash('sha256').update(identity);
    let read = 0;
    let hashedTo = 0;
    const longest = Math.min(total, Math.floor(text.length / BYTES_PER_TOKEN));
    for (let tokens = IMPLICIT_MINIMUM_TOKENS; tokens <= longest; tokens += IMPLICIT_STEP_TOKENS) {
      const end = tokens * BYTES_PER_TOKEN;
      hash.update(text.subarray(hashedTo, end));
      hashedTo = end;
      const key = hash.copy().digest('base64');
      const seen = this.#entries.get(key) ?? 0;
      if (seen >= IMPLICIT_SIGHTINGS) read = tokens;
      this.#entries.set(key, seen + 1);
    }
    return { input: total - read, read, written: 0 };
  }
}

interface Prefix {
  index: number;
  hash: string;
  /** Of the whole prefix. */
  tokens: number;
  mark: boolean;
}

function prefixesOf(model: string, segments: PromptSegment[]): Prefix[] {
  const hash = createHash('sha256').update(model);
  let tokens = 0;
  return segments.map((segment, index) => {
    hash.update(`\0${segment.text}`);
    tokens += segment.tokens;
    return { index, hash: hash.copy().digest('base64'), tokens, mark: segment.mark };
  });
}

function totalOf(segments: PromptSegment[]): number {
  return segments.reduce((total, segment) => total + segment.tokens, 0);
}

function minimumTokens(model: string): number {
  return MINIMUM_TOKENS.find(([models]) => models.test(model))![1];
}
