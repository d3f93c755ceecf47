/**
 * Cache breakpoints for models whose prompt caching is explicit. Claude looks a prefix up only at a
 * breakpoint, so where they stand decides whether a long conversation is paid once or at every turn.
 */
import { mapChanged } from './map-changed.ts';
import type { Note } from './note.ts';
import type { CacheMark, GenerateRequest, Part, TextPart, Tool, Turn } from './request.ts';

/** Cortex refuses a request with more marks than these (docs/cortex-quirks.md#cache-marks). */
export const MOST_CACHE_MARKS = 4;

interface CachingLimits {
  /** Fewest tokens of prefix that are worth a mark; shorter ones are not cached. */
  minTokens: number;
  maxMarks: number;
}

/** What can hold a mark. Its place is its number in the order of the prompt: tools, system, turns. */
type Carrier = Tool | Part;

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
  const carriers = carriersOf(request);
  const chosen = new Set(clientPlaces(carriers, limits.maxMarks));
  const longFrom = firstLongPlace(carriers, limits.minTokens * BYTES_PER_TOKEN);
  for (const place of automaticPlaces(request)) {
    if (chosen.size >= limits.maxMarks) break;
    if (place >= longFrom && isMarkable(carriers[place]!)) chosen.add(place);
  }
  return applyMarks(request, chosen);
}

/** The request with the client's own marks only: the last `maxMarks`, without a ttl. The same object when they are that already. */
export function keepCacheMarks(request: GenerateRequest, maxMarks: number): GenerateRequest {
  return isMarked(request) ? applyMarks(request, new Set(clientPlaces(carriersOf(request), maxMarks))) : request;
}

/** What becomes of the client's marks. Caching only saves money, so no answer is another without them. */
export function noteCacheMarks(request: GenerateRequest, { minTokens, maxMarks }: CachingLimits): Note[] {
  if (!isMarked(request)) return [];
  const carriers = carriersOf(request);
  const marks = carriers.map(markOf).filter((own) => own !== undefined);
  const note = (path: string, because: string): Note => ({ code: 'dropped', path, because, harmless: true });
  if (minTokens === 0) return [note('cache_control', 'this model has no cache that a request could mark')];
  const kept = clientPlaces(carriers, maxMarks);
  return [
    ...(marks.some(({ ttl }) => ttl === '1h')
      ? [note('cache_control.ttl', 'Cortex caches for five minutes only')]
      : []),
    ...(kept.length < marks.length
      ? [note('cache_control', `Cortex takes ${maxMarks} marks, and none on nothing, so the last ${kept.length} stay`)]
      : []),
  ];
}

function isMarked({ tools, system, turns }: GenerateRequest): boolean {
  const has = (carrier: Carrier) => markOf(carrier) !== undefined;
  return tools.some(has) || system.some(has) || turns.some(({ parts }) => parts.some(has));
}

function carriersOf({ tools, system, turns }: GenerateRequest): Carrier[] {
  const carriers: Carrier[] = [...tools, ...system];
  for (const { parts } of turns) for (const part of parts) carriers.push(part);
  return carriers;
}

/** The last places that the client marked, of those where a mark may stand. */
function clientPlaces(carriers: Carrier[], maxMarks: number): number[] {
  const places: number[] = [];
  carriers.forEach((carrier, place) => {
    if (markOf(carrier) !== undefined && isMarkable(carrier)) places.push(place);
  });
  return maxMarks > 0 ? places.slice(-maxMarks) : [];
}

/** Most valuable first. */
function automaticPlaces({ tools, system, turns }: GenerateRequest): number[] {
  const places: number[] = [];
  let start = tools.length + system.length + turns.reduce((sum, { parts }) => sum + parts.length, 0);
  for (const { role, parts } of turns.toReversed()) {
    if (places.length === 2) break;
    start -= parts.length;
    const index = role === 'user' ? parts.findLastIndex(isMarkable) : -1;
    if (index >= 0) places.push(start + index);
  }
  if (system.length > 0) places.push(tools.length + system.length - 1);
  if (tools.length > 0) places.push(tools.length - 1);
  return places;
}

/** From here on the prompt is long enough to be cached, up to and including each place. */
function firstLongPlace(carriers: Carrier[], minBytes: number): number {
  let missing = minBytes;
  for (const [place, carrier] of carriers.entries()) {
    if (missing > 0) missing -= bytesOf(carrier, missing);
    if (missing <= 0) return place;
  }
  return carriers.length;
}

function isMarkable(carrier: Carrier): boolean {
  if (isTool(carrier)) return true;
  if (carrier.kind === 'text') return carrier.text.trim() !== '';
  return carrier.kind !== 'thinking' && carrier.kind !== 'opaque';
}

/** A mark on a piece of a tool result stands for the result: blocks inside it are no breakpoints. */
function markOf(carrier: Carrier): CacheMark | undefined {
  if (isTool(carrier)) return carrier.cache;
  if (carrier.kind === 'thinking' || carrier.kind === 'opaque') return undefined;
  if (carrier.cache !== undefined || carrier.kind !== 'tool-result') return carrier.cache;
  for (const part of carrier.parts) {
    const inner = markOf(part);
    if (inner !== undefined) return inner;
  }
  return undefined;
}

function applyMarks(request: GenerateRequest, chosen: ReadonlySet<number>): GenerateRequest {
  let place = -1;
  const isChosen = () => chosen.has((place += 1));
  const tools = mapChanged(request.tools, (tool): Tool => mark(tool, isChosen()));
  const system = mapChanged(request.system, (part): TextPart => mark(part, isChosen()));
  const turns = mapChanged(request.turns, (turn): Turn => {
    const parts = mapChanged(turn.parts, (part) => markPart(part, isChosen()));
    return parts === turn.parts ? turn : { ...turn, parts };
  });
  const same = tools === request.tools && system === request.system && turns === request.turns;
  return same ? request : { ...request, tools, system, turns };
}

function markPart(part: Part, chosen: boolean): Part {
  if (part.kind === 'thinking' || part.kind === 'opaque') return part;
  if (part.kind !== 'tool-result') return mark(part, chosen);
  const parts = mapChanged(part.parts, (inner) => markPart(inner, false));
  return mark(parts === part.parts ? part : { ...part, parts }, chosen);
}

function mark<T extends { cache?: CacheMark }>(carrier: T, chosen: boolean): T {
  if (chosen)
    return carrier.cache !== undefined && carrier.cache.ttl === undefined ? carrier : { ...carrier, cache: {} };
  if (carrier.cache === undefined) return carrier;
  const { cache: _, ...bare } = carrier;
  return bare as T;
}

function isTool(carrier: Carrier): carrier is Tool {
  return !('kind' in carrier);
}

function bytesOf(carrier: Carrier, needed: number): number {
  return isTool(carrier) ? toolBytes(carrier) : partBytes(carrier, needed);
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
  let bytes = text.length;
  for (let at = 0; at < text.length && bytes < needed; at += 1) {
    const unit = text.charCodeAt(at);
    // Three bytes for most of what is not Latin; each half of a surrogate pair is two of its four.
    if (unit >= 0x80) bytes += unit < 0x8_00 || (unit >= 0xd8_00 && unit < 0xe0_00) ? 1 : 2;
  }
  return bytes;
}
