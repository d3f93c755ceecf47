/** OpenAI's Embeddings (`POST /v1/embeddings`), the client's half. */
export { writeEmbeddingAnswer } from './answer.ts';
export { readEmbeddingRequest, requireNativeSize } from './request.ts';
