import { isObject, type JsonObject, parseObject } from '../../packages/gateway/src/ir/json.ts';
import { checkCompletionStream } from '../../packages/gateway/test/support/completion-grammar.ts';
import {
  type Conversation,
  eventsOf,
  isStream,
  malformed,
  MOST_TOKENS,
  type Reading,
  type SoakDialect,
  type ToldUsage,
} from './dialect.ts';
import { readOpenAiError } from './openai-error.ts';

export const completions: SoakDialect = {
  name: 'openai-completions',
  path: '/v1/completions',
  write: ({ model, stream, prompt }) => ({
    model,
    stream,
    ...(stream ? { stream_options: { include_usage: true } } : {}),
    max_tokens: MOST_TOKENS,
    prompt,
  }),
  read(result, { stream }: Conversation) {
    const status = result.status ?? 0;
    if (status !== 200) return readOpenAiError(status, parseObject(result.text));
    if (stream !== isStream(result)) return malformed(`a ${String(result.headers['content-type'])} was not asked for`);
    return stream ? readStream(result.text) : readWhole(parseObject(result.text));
  },
};

function readStream(text: string): Reading {
  const events = eventsOf(text);
  const wrong = checkCompletionStream(events);
  if (wrong !== undefined) return malformed(wrong);
  const chunks = events.map(({ data }) => parseObject(data));
  const last = chunks.at(-1);
  if (last?.error !== undefined) return readOpenAiError(200, last);
  const usage = chunks.map((chunk) => usageOf(chunk)).find((told) => told !== undefined);
  return answerOf(chunks.map(textOf).join(''), usage);
}

function readWhole(body: JsonObject | undefined): Reading {
  if (body?.object !== 'text_completion') return malformed('it is no completion');
  if (!Array.isArray(body.choices) || body.choices.length !== 1) return malformed('not one choice');
  const usage = usageOf(body);
  return usage === undefined ? malformed('no usage') : answerOf(textOf(body), usage);
}

function textOf(body: JsonObject | undefined): string {
  const [choice] = Array.isArray(body?.choices) ? body.choices : [];
  return isObject(choice) && typeof choice.text === 'string' ? choice.text : '';
}

function usageOf(body: JsonObject | undefined): ToldUsage | undefined {
  const { prompt_tokens: input, completion_tokens: output } = isObject(body?.usage) ? body.usage : {};
  return typeof input === 'number' && typeof output === 'number' ? { input, output } : undefined;
}

function answerOf(text: string, usage: ToldUsage | undefined): Reading {
  return { is: 'answer', text, calls: [], ...(usage === undefined ? {} : { usage }), raw: {} };
}
