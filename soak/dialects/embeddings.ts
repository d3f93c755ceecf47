import { isObject, parseObject } from '../../packages/gateway/src/ir/json.ts';
import { malformed, type SoakDialect } from './dialect.ts';
import { readOpenAiError } from './openai-error.ts';

/** The lines of the prompt are the texts; what comes back are vectors, which have no text. */
export const embeddings: SoakDialect = {
  name: 'openai-embeddings',
  path: '/v1/embeddings',
  write: ({ model, prompt }) => ({ model, input: prompt.split('\n'), encoding_format: 'float' }),
  read(result, { prompt }) {
    const status = result.status ?? 0;
    const body = parseObject(result.text);
    if (status !== 200) return readOpenAiError(status, body);
    const vectors = body?.object === 'list' && Array.isArray(body.data) ? body.data.filter(isObject) : [];
    if (vectors.length !== prompt.split('\n').length) return malformed('not one vector for each text');
    const isVector = ({ embedding }: (typeof vectors)[number]) => Array.isArray(embedding) && embedding.length > 0;
    if (!vectors.every((each, index) => each.index === index && isVector(each))) return malformed('a vector is none');
    const { total_tokens: input } = isObject(body?.usage) ? body.usage : {};
    if (typeof input !== 'number') return malformed('no usage');
    return { is: 'answer', text: '', calls: [], usage: { input, output: 0 }, raw: {} };
  },
};
