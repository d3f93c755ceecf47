/** The embedding models this sandbox plays, as Snowflake's tables give them. All read 512 tokens of a text. */
export interface EmbedModel {
  name: string;
  dimensions: number;
}

const DIMENSIONS: Readonly<Record<string, number>> = {
  'snowflake-arctic-embed-m-v1.5': 768,
  'snowflake-arctic-embed-m': 768,
  'snowflake-arctic-embed-l-v2.0': 1024,
  'e5-base-v2': 768,
};

/** Names that Snowflake lists for its SQL functions and does not serve over REST. */
const SQL_ONLY = [
  'snowflake-arctic-embed-l-v2.0-8k',
  'nv-embed-qa-4',
  'multilingual-e5-large',
  'voyage-multilingual-2',
];

/** The model called `name`; `unavailable` when REST does not serve it. */
export function findEmbedModel(name: string): EmbedModel | 'unavailable' | undefined {
  const dimensions = Object.hasOwn(DIMENSIONS, name) ? DIMENSIONS[name] : undefined;
  if (dimensions !== undefined) return { name, dimensions };
  return SQL_ONLY.includes(name) ? 'unavailable' : undefined;
}
