import OpenAI from 'openai';
import { zodResponseFormat } from 'openai/helpers/zod';
import type { Answer, Client, LookTool, Question } from '../client.ts';
import { withVersion } from './version.ts';

export const openaiChatPackage: Client = {
  name: `${withVersion('openai')}, chat completions`,
  lacks: [],
  async ask(question, { url, key }) {
    const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: key, maxRetries: 0 });
    if (question.tool !== undefined) return runTools(client, question, question.tool);
    return question.stream === true ? stream(client, question) : create(client, question);
  },
};

function bodyOf({ model, prompt, image, schema, effort }: Question) {
  const content: OpenAI.ChatCompletionContentPart[] = [
    { type: 'text', text: prompt },
    ...(image === undefined
      ? []
      : [{ type: 'image_url' as const, image_url: { url: `data:image/png;base64,${image}` } }]),
  ];
  return {
    model,
    messages: [{ role: 'user' as const, content }],
    ...(effort === undefined ? {} : { reasoning_effort: effort }),
    ...(schema === undefined ? {} : { response_format: zodResponseFormat(schema, 'answer') }),
  };
}

async function create(client: OpenAI, question: Question): Promise<Answer> {
  return answerOf(await client.chat.completions.parse(bodyOf(question)), 1);
}

async function stream(client: OpenAI, question: Question): Promise<Answer> {
  let pieces = 0;
  let thought = '';
  const running = client.chat.completions
    .stream({ ...bodyOf(question), stream_options: { include_usage: true } }, { signal: question.signal })
    // The package adds up what it knows, and hands on what it does not.
    .on('chunk', ({ choices }) => {
      const delta: object = choices[0]?.delta ?? {};
      if ('reasoning_content' in delta && typeof delta.reasoning_content === 'string')
        thought += delta.reasoning_content;
    })
    .on('content', () => {
      pieces += 1;
      question.onPiece?.();
    });
  return { ...answerOf(await running.finalChatCompletion(), pieces), thought };
}

async function runTools(client: OpenAI, question: Question, tool: LookTool): Promise<Answer> {
  const parameters = { type: 'object', properties: { where: { type: 'string' } }, required: ['where'] };
  const runnable = {
    name: tool.name,
    description: tool.description,
    parameters,
    parse: JSON.parse as (text: string) => { where: string },
    function: ({ where }: { where: string }) => tool.run(where),
  };
  const body = { ...bodyOf(question), tools: [{ type: 'function' as const, function: runnable }] };
  const runner =
    question.stream === true
      ? client.chat.completions.runTools({ ...body, stream: true })
      : client.chat.completions.runTools(body);
  return { text: (await runner.finalContent()) ?? '', pieces: 1 };
}

function answerOf(
  {
    choices,
    usage,
  }: {
    choices: { message: OpenAI.ChatCompletionMessage & { parsed?: unknown; reasoning_content?: string } }[];
    usage?: OpenAI.CompletionUsage | null;
  },
  pieces: number,
): Answer {
  const message = choices[0]!.message;
  const reasoningTokens = usage?.completion_tokens_details?.reasoning_tokens;
  return {
    text: message.content ?? '',
    pieces,
    object: message.parsed,
    ...(message.reasoning_content === undefined ? {} : { thought: message.reasoning_content }),
    ...(reasoningTokens === undefined ? {} : { reasoningTokens }),
  };
}
