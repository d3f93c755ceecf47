/** Cortex's embeddings: `POST /api/v2/cortex/inference:embed`. */
export { readEmbedAnswer } from './answer.ts';
export { batchTexts } from './batch.ts';
export { writeEmbedBody } from './request.ts';
