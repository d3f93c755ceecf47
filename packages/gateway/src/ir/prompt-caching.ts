/**
 * Cache breakpoints for models whose prompt caching is explicit. Claude looks a prefix up only at a
 * breakpoint, so where they stand decides whether a long conversation is paid once or at every turn.
 */
import type { CacheMark, GenerateRequest, Part, TextPart, Tool, Turn } from './request.ts';

/** Cortex refuses a request with more marks than these (docs/cortex-quirks.md#cache-marks). */
export const MOST_CACHE_MARKS = 4;

interface CachingLimits {
  /** Fewest tokens of prefix that are worth a mark; shorter ones are not cached. */
  minTokens: number;
  maxMarks: number;
}

/** A place that can hold a mark, in the order of the prompt: tools, system, turns. */
interface Site {
  key: string;
  /** The client marked it. */
  marked: boolean;
  /** A mark may stand here at all. */
  markable: boolean;
  /** The prompt up to and including this place is long enough to be cached. */
  long: boolean;
}

/** Rough but stable: an image weighs about this much whatever its file size. */
const BYTES_PER_IMAGE = 4000;
const BYTES_PER_TOKEN = 4;

/**
 * The request with the client's own marks (the last `maxMarks`, without a ttl: Cortex caches for five
 * minutes only, docs/cortex-quirks.md#cache-five-minutes) and, where marks are left over, automatic
 * ones: on the last two user turns, which makes the next turn read what this one wrote, then on the
 * last system part and the last tool. The length of a prefix is estimated as bytes / 4. Places depend
 * on the prompt alone, so they are the same whenever the same prefix is sent.
 */
export function placeCacheMarks(request: GenerateRequest, limits: CachingLimits): GenerateRequest {
  const sites = listSites(request, limits.minTokens * BYTES_PER_TOKEN);
  const chosen = new Set(clientMarks(sites, limits.maxMarks));
  for (const key of automaticPlaces(request)) {
    if (chosen.size >= limits.maxMarks) break;
    if (sites.some((site) => site.key === key && site.markable && site.long)) chosen.add(key);
  }
  return applyMarks(request, chosen);
}

/** The request with the client's own marks only: the last `maxMarks`, without a ttl. */
export function keepCacheMarks(request: GenerateRequest, maxMarks: number): GenerateRequest {
  return applyMarks(request, new Set(clientMarks(listSites(request, 0), maxMarks)));
}

function clientMarks(sites: Site[], maxMarks: number): string[] {
  const marked = sites.filter((site) => site.marked && site.markable).map((site) => site.key);
  return maxMarks > 0 ? marked.slice(-maxMarks) : [];
}

/** Most valuable first. */
function automaticPlaces(request: GenerateRequest): string[] {
  const places: string[] = [];
  for (const [at, turn] of Array.from(request.turns.entries()).toReversed()) {
    if (places.length === 2) break;
    const index = turn.role === 'user' ? turn.parts.findLastIndex(isMarkable) : -1;
    if (index >= 0) places.push(partKey(at, index));
  }
  if (request.system.length > 0) places.push(systemKey(request.system.length - 1));
  if (request.tools.length > 0) places.push(toolKey(request.tools.length - 1));
  return places;
}

function listSites(request: GenerateRequest, minBytes: number): Site[] {
  let missing = minBytes;
  const site = (
    key: string,
    own: CacheMark | undefined,
    markable: boolean,
    weigh: (needed: number) => number,
  ): Site => {
    if (missing > 0) missing -= weigh(missing);
    return { key, marked: own !== undefined, markable, long: missing <= 0 };
  };
  return [
    ...request.tools.map((tool, index) => site(toolKey(index), tool.cache, true, () => toolBytes(tool))),
    ...request.system.map((part, index) =>
      site(systemKey(index), part.cache, isMarkable(part), (needed) => textBytes(part.text, needed)),
    ),
    ...request.turns.flatMap((turn, at) =>
      turn.parts.map((part, index) =>
        site(partKey(at, index), markOf(part), isMarkable(part), (needed) => partBytes(part, needed)),
      ),
    ),
  ];
}

function isMarkable(part: Part): boolean {
  if (part.kind === 'text') return part.text.trim() !== '';
  return part.kind !== 'thinking' && part.kind !== 'opaque';
}

/** A mark on a piece of a tool result stands for the result: blocks inside it are no breakpoints. */
function markOf(part: Part): CacheMark | undefined {
  if (part.kind === 'thinking' || part.kind === 'opaque') return undefined;
  if (part.cache !== undefined || part.kind !== 'tool-result') return part.cache;
  return part.parts.map(markOf).find((inner) => inner !== undefined);
}

function applyMarks(request: GenerateRequest, chosen: Set<string>): GenerateRequest {
  return {
    ...request,
    tools: request.tools.map((tool, index): Tool => mark(tool, chosen.has(toolKey(index)))),
    system: request.system.map((part, index): TextPart => mark(part, chosen.has(systemKey(index)))),
    turns: request.turns.map((turn, at): Turn => ({
      ...turn,
      parts: turn.parts.map((part, index) => markPart(part, chosen.has(partKey(at, index)))),
    })),
  };
}

function markPart(part: Part, chosen: boolean): Part {
  if (part.kind === 'thinking' || part.kind === 'opaque') return part;
  if (part.kind !== 'tool-result') return mark(part, chosen);
  return mark({ ...part, parts: part.parts.map((inner) => markPart(inner, false)) }, chosen);
}

function mark<T extends { cache?: CacheMark }>(carrier: T, chosen: boolean): T {
  if (chosen) return { ...carrier, cache: {} };
  if (carrier.cache === undefined) return carrier;
  const { cache: _, ...bare } = carrier;
  return bare as T;
}

function partBytes(part: Part, needed: number): number {
  switch (part.kind) {
    case 'text':
    case 'thinking':
      return textBytes(part.text, needed);
    case 'media':
      return BYTES_PER_IMAGE;
    case 'tool-call':
      return textBytes(part.name, needed) + textBytes(part.args, needed);
    case 'tool-result':
      return part.parts.reduce((sum, inner) => sum + partBytes(inner, needed), 0);
    case 'opaque':
      return textBytes(JSON.stringify(part.value), needed);
  }
}

function toolBytes(tool: Tool): number {
  return JSON.stringify([tool.name, tool.description, tool.schema]).length;
}

/** Bytes of UTF-8, or some number of at least `needed`: a long text is not counted to its end. */
function textBytes(text: string, needed: number): number {
  if (text.length >= needed) return text.length;
  let bytes = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x1_0000 ? 3 : 4;
  }
  return bytes;
}

function toolKey(index: number): string {
  return `tool ${index}`;
}

function systemKey(index: number): string {
  return `system ${index}`;
}

function partKey(turn: number, index: number): string {
  return `turn ${turn} ${index}`;
}
