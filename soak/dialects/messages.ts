import { isObject, type Json, type JsonObject, parseObject } from '../../packages/gateway/src/ir/json.ts';
import { checkMessagesStream } from '../../packages/gateway/test/support/messages-grammar.ts';
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

const THINKING_BUDGET = 2_000;

export const messages: SoakDialect = {
  name: 'anthropic-messages',
  path: '/v1/messages',
  write: ({ model, stream, prompt, thinks, turns }) => ({
    model,
    stream,
    max_tokens: MOST_TOKENS,
    system: SYSTEM,
    messages: [
      { role: 'user', content: prompt },
      ...turns.flatMap(({ answer, results }) => [
        { role: 'assistant', content: answer.raw.content ?? [] },
        {
          role: 'user',
          content: results.map(({ id, text }) => ({ type: 'tool_result', tool_use_id: id, content: text })),
        },
      ]),
    ],
    tools: [
      {
        name: TOOL.name,
        description: TOOL.description,
        input_schema: { ...TOOL.parameters, required: ['key'] },
      },
    ],
    ...(thinks ? { thinking: { type: 'enabled', budget_tokens: THINKING_BUDGET } } : {}),
  }),
  read(result, { stream }: Conversation) {
    const status = result.status ?? 0;
    if (status !== 200) return readError(status, parseObject(result.text));
    if (stream !== isStream(result)) return malformed(`a ${String(result.headers['content-type'])} was not asked for`);
    return stream ? readStream(result.text) : readMessage(parseObject(result.text));
  },
};

function readError(status: number, body: JsonObject | undefined): Reading {
  const { type, error, request_id: requestId } = body ?? {};
  if (type !== 'error' || !isObject(error))
    return malformed(`status ${status} without an error in Anthropic's envelope`);
  if (typeof error.message !== 'string' || error.message === '') return malformed('the error has no message');
  if (typeof error.type !== 'string' || typeof requestId !== 'string')
    return malformed('the error lacks type or request_id');
  return { is: 'error', status, message: error.message };
}

function readStream(text: string): Reading {
  const wrong = checkMessagesStream(text);
  if (wrong !== undefined) return malformed(wrong);
  let message: JsonObject = {};
  const content: JsonObject[] = [];
  let json = '';
  for (const { data } of eventsOf(text)) {
    const event = parseObject(data) ?? {};
    if (event.type === 'error') return readError(200, event);
    if (isObject(event.message)) message = { ...event.message };
    if (isObject(event.content_block)) {
      content.push({ ...event.content_block });
      json = '';
    }
    const block = content.at(-1) ?? {};
    const delta = isObject(event.delta) ? event.delta : {};
    if (event.type === 'content_block_delta') json += addDelta(block, delta);
    if (event.type === 'content_block_stop' && block.type === 'tool_use')
      block.input = parseObject(json === '' ? '{}' : json) ?? {};
    if (event.type === 'message_delta') {
      const usage = {
        ...(isObject(message.usage) ? message.usage : {}),
        ...(isObject(event.usage) ? event.usage : {}),
      };
      message = { ...message, ...delta, usage };
    }
  }
  return readMessage({ ...message, content });
}

/** @returns what is to be added to the arguments of a call */
function addDelta(block: JsonObject, delta: JsonObject): string {
  for (const field of ['text', 'thinking', 'signature'])
    if (typeof delta[field] === 'string') block[field] = textOf(block[field]) + delta[field];
  return textOf(delta.partial_json);
}

function readMessage(body: JsonObject | undefined): Reading {
  if (body?.type !== 'message' || !Array.isArray(body.content)) return malformed('it is no message');
  if (typeof body.stop_reason !== 'string') return malformed('no stop_reason');
  const blocks = body.content.filter(isObject);
  const usage = isObject(body.usage) ? body.usage : {};
  const counts = ['input_tokens', 'cache_read_input_tokens', 'cache_creation_input_tokens'].map(
    (name) => usage[name] ?? 0,
  );
  const { output_tokens: output } = usage;
  if (typeof output !== 'number' || counts.some((count) => typeof count !== 'number')) return malformed('no usage');
  return {
    is: 'answer',
    text: blocks.map(({ type, text }) => (type === 'text' ? textOf(text) : '')).join(''),
    calls: blocks
      .filter(({ type }) => type === 'tool_use')
      .map(({ id, name, input }) => ({ id: textOf(id), name: textOf(name), arguments: JSON.stringify(input) })),
    usage: { input: counts.reduce<number>((sum, count) => sum + Number(count), 0), output },
    raw: body,
  };
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}
