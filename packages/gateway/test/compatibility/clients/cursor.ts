// Bodies that Cursor sends to the chat path, with the question put in, and its answers taken as Cursor takes them.
import { readFileSync } from 'node:fs';
import { ChatCompletionStream } from 'openai/lib/ChatCompletionStream';
import type { ChatCompletionMessage } from 'openai/resources';
import { isObject, type Json, type JsonObject } from '../../../src/ir/json.ts';
import { sseReader } from '../../../src/kit/sse.ts';
import { checkChatStream } from '../../support/chat-grammar.ts';
import type { Answer, Client, Lack, LookTool, Question, Server } from '../client.ts';

/** One of the three ways in which Cursor writes a conversation. */
interface Shape {
  field: 'messages' | 'input';
  user(prompt: string, image: string | undefined): JsonObject;
  tool(tool: LookTool): JsonObject;
  /** What it appends after an answer that calls tools. */
  turn(message: ChatCompletionMessage, results: { id: string; output: string }[]): JsonObject[];
}

const PARAMETERS = { type: 'object', properties: { where: { type: 'string' } }, required: ['where'] };

const CHAT: Shape = {
  field: 'messages',
  user: (prompt, image) => ({
    role: 'user',
    content:
      image === undefined
        ? prompt
        : [
            { type: 'text', text: prompt },
            { type: 'image_url', image_url: { url: `data:image/png;base64,${image}` } },
          ],
  }),
  tool: ({ name, description }) => ({ type: 'function', function: { name, description, parameters: PARAMETERS } }),
  turn: ({ content, tool_calls: calls }, results) => [
    { role: 'assistant', content: content ?? [], tool_calls: JSON.parse(JSON.stringify(calls)) as Json },
    ...results.map(({ id, output }) => ({
      role: 'tool',
      name: 'look',
      tool_call_id: id,
      content: [{ type: 'text', text: output }],
    })),
  ],
};

const RESPONSES: Shape = {
  field: 'input',
  user: (prompt, image) => ({
    role: 'user',
    content: [
      { type: 'input_text', text: prompt },
      ...(image === undefined ? [] : [{ type: 'input_image', image_url: `data:image/png;base64,${image}` }]),
    ],
  }),
  tool: ({ name, description }) => ({ type: 'function', name, description, parameters: PARAMETERS, strict: false }),
  turn: ({ content, tool_calls: calls }, results) => [
    ...(content === null || content === ''
      ? []
      : [{ role: 'assistant', content: [{ type: 'output_text', text: content }] }]),
    ...(calls ?? []).flatMap((call) =>
      call.type === 'function'
        ? [{ type: 'function_call', call_id: call.id, name: call.function.name, arguments: call.function.arguments }]
        : [],
    ),
    ...results.map(({ id, output }) => ({ type: 'function_call_output', call_id: id, output })),
  ],
};

const MESSAGES: Shape = {
  field: 'messages',
  user: (prompt, image) => ({
    role: 'user',
    content: [
      { type: 'text', text: prompt, cache_control: { type: 'ephemeral' } },
      ...(image === undefined
        ? []
        : [{ type: 'image', source: { type: 'base64', media_type: 'image/png', data: image } }]),
    ],
  }),
  tool: ({ name, description }) => ({ name, description, input_schema: PARAMETERS }),
  turn: ({ content, tool_calls: calls }, results) => [
    {
      role: 'assistant',
      content: [
        ...(content === null || content === '' ? [] : [{ type: 'text', text: content }]),
        ...(calls ?? []).flatMap((call) =>
          call.type === 'function'
            ? [
                {
                  type: 'tool_use',
                  id: call.id,
                  name: call.function.name,
                  input: JSON.parse(call.function.arguments) as Json,
                },
              ]
            : [],
        ),
      ],
    },
    {
      role: 'user',
      content: results.map(({ id, output }) => ({
        type: 'tool_result',
        tool_use_id: id,
        content: [{ type: 'text', text: output }],
      })),
    },
  ],
};

const LACKS: Lack[] = [{ features: ['structured output'], because: 'Cursor does not ask for it.' }];

export const cursorSamples: Client[] = [
  replay('chat body of 2026-05', '2026-05-chat-custom.json', CHAT),
  replay('chat body with custom tools of 2026-09', '2026-09-chat-gpt.json', CHAT),
  replay('Responses body of 2026-05', '2026-05-responses-gpt-5.4.json', RESPONSES),
  replay('Messages body, reconstructed', 'anthropic-shape.json', MESSAGES),
];

function replay(name: string, file: string, shape: Shape): Client {
  return {
    name: `Cursor, ${name}`,
    lacks: LACKS,
    async ask(question, server) {
      const body = bodyOf(file, shape, question);
      const conversation = body[shape.field] as Json[];
      for (;;) {
        const { message, answer } = await post(body, question, server);
        const calls = message.tool_calls ?? [];
        if (calls.length === 0) return answer;
        const results = calls.flatMap((call) =>
          call.type === 'function' && question.tool !== undefined
            ? [
                {
                  id: call.id,
                  output: question.tool.run((JSON.parse(call.function.arguments) as { where: string }).where),
                },
              ]
            : [],
        );
        conversation.push(...shape.turn(message, results));
      }
    },
  };
}

/** The sample, its last words replaced by the question. Cursor's users choose an effort by the ending of the name. */
function bodyOf(file: string, shape: Shape, { model, prompt, image, tool, effort }: Question): JsonObject {
  const folder = new URL('../../../../../fixtures/cursor/', import.meta.url);
  const sample = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as JsonObject;
  const conversation = (sample[shape.field] as JsonObject[]).filter(({ role }) => role === 'system');
  const tools = Array.isArray(sample.tools) ? sample.tools.filter(isObject) : [];
  return {
    ...sample,
    model: effort === undefined ? model : `${model}-${effort}`,
    [shape.field]: [...conversation, shape.user('Rules: be brief.', undefined), shape.user(prompt, image)],
    tools: [...tools, ...(tool === undefined ? [] : [shape.tool(tool)])],
  };
}

async function post(
  body: JsonObject,
  { signal, onPiece }: Question,
  { url, key }: Server,
): Promise<{ message: ChatCompletionMessage; answer: Answer }> {
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', 'user-agent': 'Cursor/1.0' },
    body: JSON.stringify(body),
    ...(signal === undefined ? {} : { signal }),
  });
  if (!response.ok || response.body === null) throw new Error(`${response.status}: ${await response.text()}`);
  const reader = sseReader();
  const events = [];
  let pieces = 0;
  let thought = '';
  const chunks: AsyncIterable<Uint8Array> = response.body;
  for await (const bytes of chunks) {
    for (const event of reader.push(bytes)) {
      events.push(event);
      const delta = deltaOf(event.data);
      if (typeof delta.reasoning_content === 'string') thought += delta.reasoning_content;
      if (typeof delta.content !== 'string') continue;
      pieces += 1;
      onPiece?.();
    }
  }
  const wrong = checkChatStream(events);
  if (wrong !== undefined) throw new Error(wrong);
  const lines = events.filter(({ data }) => data !== '[DONE]').map(({ data }) => `${data}\n`);
  const completion = await ChatCompletionStream.fromReadableStream(new Blob(lines).stream()).finalChatCompletion();
  const message = completion.choices[0]!.message;
  const reasoningTokens = completion.usage?.completion_tokens_details?.reasoning_tokens;
  return {
    message,
    answer: {
      text: message.content ?? '',
      pieces,
      thought,
      ...(reasoningTokens === undefined ? {} : { reasoningTokens }),
    },
  };
}

function deltaOf(data: string): JsonObject {
  if (data === '[DONE]') return {};
  const [choice] = (JSON.parse(data) as { choices?: { delta: JsonObject }[] }).choices ?? [];
  return choice?.delta ?? {};
}
