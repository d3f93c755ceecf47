/** OpenAI's Embeddings as they look on the wire. */
export type EmbeddingFormat = 'float' | 'base64';

export type EmbeddingAnswer = {
  object: 'list';
  data: { object: 'embedding'; index: number; embedding: number[] | string }[];
  model: string;
  usage: { prompt_tokens: number; total_tokens: number };
};
