/**
 * What is known of Cortex models, as data. The file `data/models.json` is the only thing to edit when Snowflake adds one.
 * Each has an output limit to send when the client names none: Cortex's own cuts agents short (docs/cortex-quirks.md#default-output-4096).
 */
import type { ModelCapabilities } from '../protocols/codec.ts';
import data from './data/models.json' with { type: 'json' };

interface ModelEntry {
  /** The name Cortex takes. */
  id: string;
  status: 'ga' | 'public-preview' | 'private-preview' | 'legacy' | 'withdrawn';
  /** False: Snowflake lists it for SQL functions only. */
  restApi: boolean;
  rateLimit?: RateLimit & {
    /** Where requests are served anywhere in the world, if it is another. */
    crossRegion?: RateLimit;
  };
  /** Regions that serve it themselves, and values of CORTEX_ENABLED_CROSS_REGION that reach it from elsewhere. */
  regions?: { native: string[]; crossRegion: string[] };
  /** Where the row comes from. */
  source: string[];
}

interface RateLimit {
  tokensPerMinute: number;
  requestsPerMinute: number;
}

export interface ChatModel extends ModelEntry, ModelCapabilities {
  kind: 'chat';
  price?: ModelPrice;
}

export interface EmbeddingModel extends ModelEntry {
  kind: 'embedding';
  contextWindow?: number;
  dimensions: number;
}

interface ModelPrice {
  /** How sure the figure is: derived from Snowflake's own documentation, inferred from the vendor's list price, or a third party's. */
  basis: 'derived' | 'inferred' | 'third-party';
  /** US dollars, at the price of an AI Credit with cross-region inference to any region. */
  usdPerMillionTokens: Rates;
  creditsPerMillionTokens: Rates;
}

interface Rates {
  input: number;
  output: number;
  cacheRead?: number;
  cacheWrite?: number;
}

/** What an AI Credit costs where requests are served in the account's own part of the world, beside one served anywhere. */
const REGIONAL_SURCHARGE = data.usdPerCredit.regional / data.usdPerCredit.crossRegion;

/** The price in US dollars per million tokens, at the price of an AI Credit without cross-region inference to anywhere. */
export function regionalPrice({ usdPerMillionTokens }: ModelPrice): Rates {
  const rates = Object.entries(usdPerMillionTokens).map(([kind, usd]) => [kind, round(usd * REGIONAL_SURCHARGE)]);
  return Object.fromEntries(rates) as Rates;
}

function round(usd: number): number {
  return Number(usd.toFixed(6));
}

/** When the data was last checked, in Unix seconds. */
export const CATALOGUE_DATE: number = Date.parse(data.asOf) / 1000;

const MODELS = data.models as (ChatModel | EmbeddingModel)[];
const CHAT_MODELS = MODELS.filter((model) => model.kind === 'chat');
const CHAT_MODELS_BY_ID = new Map(CHAT_MODELS.map((model) => [model.id, model]));
const EMBEDDING_MODELS = MODELS.filter((model) => model.kind === 'embedding');

/** The chat models that Snowflake lists for its REST API, in catalogue order: newest Claude first. */
export function listChatModels(): ChatModel[] {
  return CHAT_MODELS.filter((model) => model.restApi);
}

/** The embedding models that Snowflake lists for its REST API. */
export function listEmbeddingModels(): EmbeddingModel[] {
  return EMBEDDING_MODELS.filter((model) => model.restApi);
}

/** True for a model that the catalogue has, in any of its spellings. What is said of another is assumed from its family. */
export function isCatalogued(name: string): boolean {
  return findChatModel(name) !== undefined || isEmbeddingModel(name);
}

/** True for a model that answers with vectors, which no chat endpoint serves. */
export function isEmbeddingModel(name: string): boolean {
  return findEmbeddingModel(name) !== undefined;
}

/** The catalogue's row of an embedding model: how long its vectors are, and whether the REST API serves it. */
export function findEmbeddingModel(name: string): EmbeddingModel | undefined {
  const id = name.toLowerCase();
  return EMBEDDING_MODELS.find((model) => model.id === id);
}

/** The catalogue's row for a name in any of its spellings. */
export function findChatModel(name: string): ChatModel | undefined {
  return CHAT_MODELS_BY_ID.get(canonicalModel(name));
}

/** What a model can do. A model the catalogue does not know gets the defaults of its family. */
export function describeModel(name: string): ModelCapabilities {
  const {
    family,
    contextWindow,
    defaultOutputTokens,
    maxOutputTokens,
    tools,
    forcedTools,
    toolsWithReasoning,
    tinyOutputNeedsEffort,
    vision,
    structuredOutput,
    reasoning,
    efforts,
    sampling,
    prefill,
    cacheMinTokens,
  } = findChatModel(name) ?? familyDefaults(canonicalModel(name));
  return {
    family,
    contextWindow,
    defaultOutputTokens,
    maxOutputTokens,
    tools,
    ...(forcedTools === undefined ? {} : { forcedTools }),
    ...(toolsWithReasoning === undefined ? {} : { toolsWithReasoning }),
    ...(tinyOutputNeedsEffort === undefined ? {} : { tinyOutputNeedsEffort }),
    vision,
    structuredOutput,
    reasoning,
    efforts,
    sampling,
    prefill,
    cacheMinTokens,
  };
}

/**
 * Cortex's spelling of a name that may be Anthropic's: `claude-sonnet-4-5-20250929` and
 * `claude-sonnet-4.5` are `claude-sonnet-4-5`, `claude-3-5-sonnet-latest` is `claude-3-5-sonnet`,
 * `claude-sonnet-4-20250514` is `claude-4-sonnet`.
 */
export function canonicalModel(name: string): string {
  const lower = name.toLowerCase();
  if (!lower.startsWith('claude') || CHAT_MODELS_BY_ID.has(lower)) return lower;
  const undated = lower.replaceAll(/[._]/g, '-').replace(/(-v\d+(:\d+)?|-latest|[-@]\d{8})+$/, '');
  if (CHAT_MODELS_BY_ID.has(undated)) return undated;
  // Up to 4.0 Snowflake put the version before the size, and Anthropic changed its order in between.
  const [, size, version] = /^claude-(opus|sonnet|haiku)-(\d+)(?:-0)?$/.exec(undated) ?? [];
  const turned = `claude-${version}-${size}`;
  return CHAT_MODELS_BY_ID.has(turned) ? turned : undated;
}

function familyDefaults(id: string): ModelCapabilities {
  if (id.startsWith('claude')) return newestClaude();
  const openai = /^(openai-)?(gpt-|o\d|chatgpt-)/.test(id) && !id.includes('oss');
  const reasons = openai && /gpt-[5-9]|(^|-)o\d/.test(id) && !id.endsWith('-chat');
  // What the newest ones refuse, those to come refuse too.
  const isNew = reasons && /gpt-(5\.[6-9]|[6-9])/.test(id);
  return {
    family: openai ? 'openai' : 'other',
    contextWindow: openai ? 272_000 : 128_000,
    defaultOutputTokens: openai ? 16_384 : 8_192,
    maxOutputTokens: openai ? 128_000 : 8_192,
    tools: openai,
    ...(isNew ? { toolsWithReasoning: false as const } : {}),
    vision: openai,
    structuredOutput: openai ? 'native' : 'none',
    reasoning: reasons ? 'effort' : 'none',
    efforts: reasons ? [...(isNew ? ['none'] : []), 'low', 'medium', 'high'] : [],
    sampling: true,
    prefill: true,
    cacheMinTokens: 0,
  };
}

/** A Claude nobody has heard of is newer than this catalogue: what the newest ones refuse, it refuses too. */
function newestClaude(): ModelCapabilities {
  return {
    family: 'claude',
    contextWindow: 200_000,
    defaultOutputTokens: 16_384,
    maxOutputTokens: 64_000,
    tools: true,
    vision: true,
    structuredOutput: 'native',
    reasoning: 'adaptive',
    efforts: ['low', 'medium', 'high', 'max'],
    sampling: false,
    prefill: false,
    cacheMinTokens: 4_096,
  };
}
