import { isObject, type Json, type JsonObject, parseObject } from '../../packages/gateway/src/ir/json.ts';
import { checkResponseStream, finalResponse } from '../../packages/gateway/test/support/responses-grammar.ts';
import {
  type Conversation,
  eventsOf,
  isStream,
  malformed,
  MOST_TOKENS,
  type Reading,
  type SoakDialect,
  SYSTEM,
  TOOL,
} from './dialect.ts';
import { readOpenAiError } from './openai-error.ts';

export const responses: SoakDialect = {
  name: 'openai-responses',
  path: '/v1/responses',
  write(conversation) {
    const { model, stream, thinks, chained } = conversation;
    return {
      model,
      stream,
      max_output_tokens: MOST_TOKENS,
      instructions: SYSTEM,
      ...historyOf(conversation),
      store: chained,
      tools: [{ type: 'function', ...TOOL, parameters: { ...TOOL.parameters, required: ['key'] }, strict: false }],
      ...(thinks ? { reasoning: { effort: 'low' } } : {}),
    };
  },
  read(result, { stream }: Conversation) {
    const status = result.status ?? 0;
    if (status !== 200) return readOpenAiError(status, parseObject(result.text));
    if (stream !== isStream(result)) return malformed(`a ${String(result.headers['content-type'])} was not asked for`);
    return stream ? readStream(result.text) : readResponse(parseObject(result.text));
  },
};

function historyOf({ prompt, turns, chained }: Conversation): JsonObject {
  const results = (turn: Conversation['turns'][number]): JsonObject[] =>
    turn.results.map(({ id, text }) => ({ type: 'function_call_output', call_id: id, output: text }));
  const last = turns.at(-1);
  if (chained && last !== undefined) return { previous_response_id: last.answer.raw.id ?? '', input: results(last) };
  return {
    input: [
      { role: 'user', content: prompt },
      ...turns.flatMap((turn) => [...itemsOf(turn.answer.raw), ...results(turn)]),
    ],
  };
}

function readStream(text: string): Reading {
  const wrong = checkResponseStream(text);
  if (wrong !== undefined) return malformed(wrong);
  return readResponse(finalResponse(eventsOf(text)));
}

function readResponse(body: JsonObject | undefined): Reading {
  if (body?.object !== 'response' || !Array.isArray(body.output)) return malformed('it is no response');
  const { error, status } = body;
  if (status === 'failed') {
    if (!isObject(error) || typeof error.message !== 'string') return malformed('it failed without an error');
    return { is: 'error', status: 200, message: error.message };
  }
  if (status !== 'completed' && status !== 'incomplete') return malformed(`the status is ${JSON.stringify(status)}`);
  const items = itemsOf(body);
  const { input_tokens: input, output_tokens: output } = isObject(body.usage) ? body.usage : {};
  return {
    is: 'answer',
    text: items
      .filter(({ type }) => type === 'message')
      .flatMap(({ content }) => (Array.isArray(content) ? content.filter(isObject) : []))
      .map(({ text }) => textOf(text))
      .join(''),
    calls: items
      .filter(({ type }) => type === 'function_call')
      .map((item) => ({ id: textOf(item.call_id), name: textOf(item.name), arguments: textOf(item.arguments) })),
    ...(typeof input === 'number' && typeof output === 'number' ? { usage: { input, output } } : {}),
    raw: body,
  };
}

function itemsOf({ output }: JsonObject): JsonObject[] {
  return Array.isArray(output) ? output.filter(isObject) : [];
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}
