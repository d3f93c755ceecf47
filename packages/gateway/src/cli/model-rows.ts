/** Models of the catalogue as `couloir models` shows them. */
import { type ChatModel, describeModel, type EmbeddingModel, regionalPrice } from '../upstream/catalogue.ts';
import { cursorSafeAlias } from '../upstream/cursor-alias.ts';

export interface ModelRow {
  /** The name Cortex takes. */
  name: string;
  /** The name that Cursor sends untouched; embeddings have none. */
  alias?: string;
  family: string;
  contextWindow?: number;
  maxOutputTokens?: number;
  /** Of the vectors of an embedding model. */
  dimensions?: number;
  capabilities: string[];
  /** With what a million tokens cost where requests stay in the account's part of the world. */
  price?: NonNullable<ChatModel['price']> & { regionalUsdPerMillionTokens: ReturnType<typeof regionalPrice> };
  rateLimit?: ChatModel['rateLimit'];
  regions?: ChatModel['regions'];
  /** `unknown` for a model that only the account lists. */
  status: string;
  /** Hosts of the accounts that list it; absent unless they were asked and told. */
  live?: string[];
}

export function chatRow(model: ChatModel): ModelRow {
  const { id, family, contextWindow, maxOutputTokens, status, price, rateLimit, regions } = model;
  return {
    name: id,
    alias: cursorSafeAlias(id),
    family,
    contextWindow,
    maxOutputTokens,
    capabilities: capabilitiesOf(model),
    ...(price === undefined ? {} : { price: { ...price, regionalUsdPerMillionTokens: regionalPrice(price) } }),
    ...(rateLimit === undefined ? {} : { rateLimit }),
    ...(regions === undefined ? {} : { regions }),
    status,
  };
}

export function embeddingRow({ id, contextWindow, dimensions, rateLimit, regions, status }: EmbeddingModel): ModelRow {
  return {
    name: id,
    family: 'embedding',
    ...(contextWindow === undefined ? {} : { contextWindow }),
    dimensions,
    capabilities: [],
    ...(rateLimit === undefined ? {} : { rateLimit }),
    ...(regions === undefined ? {} : { regions }),
    status,
  };
}

/** What its name tells: the gateway would serve it with these defaults. */
export function liveOnlyRow(name: string): ModelRow {
  const { family, contextWindow, maxOutputTokens, ...rest } = describeModel(name);
  return {
    name,
    alias: cursorSafeAlias(name),
    family,
    contextWindow,
    maxOutputTokens,
    capabilities: capabilitiesOf(rest),
    status: 'unknown',
  };
}

/** A header, a line for each model, and what the marks mean. */
export function writeTable(rows: readonly ModelRow[], asOf: string): string[] {
  const hosts = new Set(rows.flatMap(({ live }) => live ?? []));
  const isLive = rows.some(({ live }) => live !== undefined);
  const header = ['MODEL', 'CURSOR', 'FAMILY', 'CONTEXT', 'OUTPUT', 'CAN', '$/M IN', '$/M OUT', 'STATUS'];
  const cells = [
    isLive ? [...header, 'LIVE'] : header,
    ...rows.map((row) => [...cellsOf(row), ...(isLive ? [liveCell(row.live, hosts.size > 1)] : [])]),
  ];
  const widths = cells[0]!.map((_title, column) => Math.max(...cells.map((line) => line[column]!.length)));
  const lines = cells.map((line) =>
    line
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  );
  const legend = `Catalogue of ${asOf}. Prices in US dollars per million tokens with cross-region inference to anywhere (within a region 10 % more); "~" is inferred or from a third party.`;
  return [...lines, '', legend];
}

function cellsOf(row: ModelRow): string[] {
  const { input, output } = row.price?.usdPerMillionTokens ?? {};
  const dollars = (amount: number | undefined): string =>
    amount === undefined ? '-' : `${row.price?.basis === 'derived' ? '' : '~'}${amount}`;
  return [
    row.name,
    row.alias ?? '-',
    row.family,
    tokens(row.contextWindow),
    row.dimensions === undefined ? tokens(row.maxOutputTokens) : `${row.dimensions} dims`,
    row.capabilities.join(',') || '-',
    dollars(input),
    dollars(output),
    row.status,
  ];
}

/** With several accounts, which of them. */
function liveCell(hosts: string[] | undefined, isNamed: boolean): string {
  if (hosts === undefined) return '-';
  if (hosts.length === 0) return 'no';
  return isNamed ? hosts.join(', ') : 'yes';
}

/** `1M`, `272k`, `512`. */
function tokens(count: number | undefined): string {
  if (count === undefined) return '-';
  if (count >= 1_000_000) return `${Number((count / 1_000_000).toFixed(2))}M`;
  return count >= 1_000 ? `${Math.round(count / 1_000)}k` : String(count);
}

function capabilitiesOf(model: Pick<ChatModel, 'tools' | 'vision' | 'structuredOutput' | 'reasoning'>): string[] {
  return [
    ...(model.tools ? ['tools'] : []),
    ...(model.vision ? ['vision'] : []),
    ...(model.structuredOutput === 'none' ? [] : ['json']),
    ...(model.reasoning === 'none' ? [] : ['reasoning']),
  ];
}
