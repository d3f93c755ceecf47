import Anthropic from '@anthropic-ai/sdk';
import { betaTool } from '@anthropic-ai/sdk/helpers/beta/json-schema';
import { zodOutputFormat } from '@anthropic-ai/sdk/helpers/zod';
import type { Answer, Client, LookTool, Question } from '../client.ts';
import { withVersion } from './version.ts';

export const anthropicPackage: Client = {
  name: `${withVersion('@anthropic-ai/sdk')}, messages`,
  lacks: [],
  async ask(question, { url, key }) {
    const client = new Anthropic({ baseURL: url, apiKey: key, maxRetries: 0 });
    if (question.tool !== undefined) return runTools(client, question, question.tool);
    return question.stream === true ? stream(client, question) : create(client, question);
  },
};

function bodyOf({ model, prompt, image, schema, effort }: Question) {
  const source = { type: 'base64' as const, media_type: 'image/png' as const, data: image ?? '' };
  return {
    model,
    max_tokens: 4_000,
    messages: [
      {
        role: 'user' as const,
        content: [
          { type: 'text' as const, text: prompt },
          ...(image === undefined ? [] : [{ type: 'image' as const, source }]),
        ],
      },
    ],
    ...(effort === undefined ? {} : { thinking: { type: 'enabled' as const, budget_tokens: 2_000 } }),
    ...(schema === undefined ? {} : { output_config: { format: zodOutputFormat(schema) } }),
  };
}

async function create(client: Anthropic, question: Question): Promise<Answer> {
  return answerOf(await client.messages.parse(bodyOf(question)), 1);
}

async function stream(client: Anthropic, question: Question): Promise<Answer> {
  let pieces = 0;
  const running = client.messages.stream(bodyOf(question), { signal: question.signal }).on('text', () => {
    pieces += 1;
    question.onPiece?.();
  });
  return answerOf(await running.finalMessage(), pieces);
}

/** The package's own tool runner, which asks for a message thread first and goes on without one. */
async function runTools(client: Anthropic, question: Question, tool: LookTool): Promise<Answer> {
  const look = betaTool({
    name: tool.name,
    description: tool.description,
    inputSchema: { type: 'object', properties: { where: { type: 'string' } }, required: ['where'] },
    run: ({ where }) => tool.run(where),
  });
  const { model, max_tokens, messages, thinking } = bodyOf(question);
  const runner = client.beta.messages.toolRunner({
    model,
    max_tokens,
    messages,
    ...(thinking === undefined ? {} : { thinking }),
    tools: [look],
    stream: question.stream === true,
  });
  const { content } = await runner.runUntilDone();
  return { text: content.map((block) => (block.type === 'text' ? block.text : '')).join(''), pieces: 1 };
}

function answerOf(
  { content, parsed_output, usage }: Anthropic.Message & { parsed_output?: unknown },
  pieces: number,
): Answer {
  return {
    text: content.map((block) => (block.type === 'text' ? block.text : '')).join(''),
    pieces,
    object: parsed_output,
    thought: content.map((block) => (block.type === 'thinking' ? block.thinking : '')).join(''),
    reasoningTokens: usage.output_tokens_details?.thinking_tokens ?? 0,
  };
}
