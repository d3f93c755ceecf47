import { isObject, type Json, type JsonObject, parseObject } from '../../packages/gateway/src/ir/json.ts';
import { checkChatStream } from '../../packages/gateway/test/support/chat-grammar.ts';
import {
  type Answer,
  type Conversation,
  eventsOf,
  isStream,
  malformed,
  MOST_TOKENS,
  type Reading,
  type SoakDialect,
  SYSTEM,
  TOOL,
  type ToldUsage,
  type ToolCall,
} from './dialect.ts';
import { readOpenAiError } from './openai-error.ts';

export const chat: SoakDialect = {
  name: 'openai-chat',
  path: '/v1/chat/completions',
  write: ({ model, stream, prompt, thinks, turns }) => ({
    model,
    stream,
    ...(stream ? { stream_options: { include_usage: true } } : {}),
    max_completion_tokens: MOST_TOKENS,
    messages: [
      { role: 'system', content: SYSTEM },
      { role: 'user', content: prompt },
      ...turns.flatMap(({ answer, results }) => [
        answer.raw,
        ...results.map(({ id, text }) => ({ role: 'tool', tool_call_id: id, content: text })),
      ]),
    ],
    tools: [{ type: 'function', function: { ...TOOL, parameters: { ...TOOL.parameters, required: ['key'] } } }],
    ...(thinks ? { reasoning_effort: 'low' } : {}),
  }),
  read(result, { stream }: Conversation) {
    const status = result.status ?? 0;
    if (status !== 200) return readOpenAiError(status, parseObject(result.text));
    if (stream !== isStream(result)) return malformed(`a ${String(result.headers['content-type'])} was not asked for`);
    return stream ? readStream(result.text) : readWhole(parseObject(result.text));
  },
};

function readStream(text: string): Reading {
  const wrong = checkChatStream(text);
  if (wrong !== undefined) return malformed(wrong);
  const chunks = eventsOf(text).map(({ data }) => parseObject(data));
  const failed = chunks.find((chunk) => chunk?.error !== undefined);
  if (failed !== undefined) return readOpenAiError(200, failed);
  const message: { content: string; calls: ToolCall[] } = { content: '', calls: [] };
  let usage: ToldUsage | undefined;
  for (const chunk of chunks) {
    const [choice] = Array.isArray(chunk?.choices) ? chunk.choices : [];
    const delta = isObject(choice) && isObject(choice.delta) ? choice.delta : {};
    message.content += textOf(delta.content);
    if (Array.isArray(delta.tool_calls))
      for (const call of delta.tool_calls.filter(isObject)) addTo(message.calls, call);
    usage = usageOf(chunk?.usage) ?? usage;
  }
  return answerOf(message.content, message.calls, usage);
}

function addTo(calls: ToolCall[], piece: JsonObject): void {
  const { index, id } = piece;
  const { name, arguments: more } = isObject(piece.function) ? piece.function : {};
  const known = calls[Number(index)];
  if (known === undefined) calls.push({ id: textOf(id), name: textOf(name), arguments: textOf(more) });
  else known.arguments += textOf(more);
}

function readWhole(body: JsonObject | undefined): Reading {
  if (body?.object !== 'chat.completion') return malformed('it is no chat completion');
  const [choice, second] = Array.isArray(body.choices) ? body.choices : [];
  if (!isObject(choice) || second !== undefined || !isObject(choice.message)) return malformed('not one choice');
  if (typeof choice.finish_reason !== 'string') return malformed('no finish_reason');
  const { content, tool_calls: called } = choice.message;
  const calls: ToolCall[] = [];
  if (Array.isArray(called))
    for (const [index, call] of called.filter(isObject).entries()) addTo(calls, { ...call, index });
  const usage = usageOf(body.usage);
  if (usage === undefined) return malformed('no usage');
  return answerOf(textOf(content), calls, usage);
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

function usageOf(usage: unknown): ToldUsage | undefined {
  if (!isObject(usage)) return undefined;
  const { prompt_tokens: input, completion_tokens: output } = usage;
  return typeof input === 'number' && typeof output === 'number' ? { input, output } : undefined;
}

function answerOf(text: string, calls: ToolCall[], usage: ToldUsage | undefined): Answer {
  const told = calls.map(({ id, name, arguments: args }) => ({
    id,
    type: 'function',
    function: { name, arguments: args },
  }));
  return {
    is: 'answer',
    text,
    calls,
    ...(usage === undefined ? {} : { usage }),
    raw: { role: 'assistant', content: text === '' ? null : text, ...(told.length === 0 ? {} : { tool_calls: told }) },
  };
}
