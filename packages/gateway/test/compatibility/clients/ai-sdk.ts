// The Vercel AI SDK with each provider that people point at a gateway.
import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAI } from '@ai-sdk/openai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { generateText, type LanguageModel, type ModelMessage, Output, stepCountIs, streamText, tool } from 'ai';
import { z } from 'zod';
import type { Client, Lack, Question, Server } from '../client.ts';
import { withVersion } from './version.ts';

interface Provider {
  name: string;
  model(name: string, server: Server): LanguageModel;
  lacks?: Lack[];
  /** How the provider is told to think. */
  thinking: NonNullable<Parameters<typeof generateText>[0]['providerOptions']>;
}

const PROVIDERS: Provider[] = [
  {
    name: `${withVersion('@ai-sdk/openai-compatible')}, chat completions`,
    model: (name, { url, key }) =>
      createOpenAICompatible({
        name: 'couloir',
        baseURL: `${url}/v1`,
        apiKey: key,
        includeUsage: true,
        supportsStructuredOutputs: true,
      })(name),
    thinking: { couloir: { reasoningEffort: 'medium' } },
  },
  {
    name: `${withVersion('@ai-sdk/openai')}, chat completions`,
    model: (name, { url, key }) => createOpenAI({ baseURL: `${url}/v1`, apiKey: key }).chat(name),
    lacks: [
      {
        features: ['reasoning'],
        family: 'Claude',
        because: 'This provider shows no thoughts of chat completions; `@ai-sdk/openai-compatible` does.',
      },
    ],
    thinking: { openai: { reasoningEffort: 'medium', forceReasoning: true } },
  },
  {
    name: `${withVersion('@ai-sdk/openai')}, responses`,
    model: (name, { url, key }) => createOpenAI({ baseURL: `${url}/v1`, apiKey: key })(name),
    thinking: { openai: { reasoningEffort: 'medium', reasoningSummary: 'auto', forceReasoning: true } },
  },
  {
    name: `${withVersion('@ai-sdk/anthropic')}, messages`,
    model: (name, { url, key }) => createAnthropic({ baseURL: `${url}/v1`, apiKey: key })(name),
    thinking: { anthropic: { thinking: { type: 'enabled', budgetTokens: 2_000 } } },
  },
];

/** What it warns of is that our models are not those of the provider's own vendor. */
globalThis.AI_SDK_LOG_WARNINGS = false;

const MOST_STEPS = 5;

export const aiPackages: Client[] = PROVIDERS.map((provider) => ({
  name: `${withVersion('ai')} with ${provider.name}`,
  lacks: provider.lacks ?? [],
  async ask(question, server) {
    const call = callOf(question, provider, server);
    if (question.stream !== true) {
      const { text, finalStep, usage, output } = await generateText(call);
      return { text, pieces: 1, object: output, ...thoughtsOf(finalStep.reasoningText, usage) };
    }
    let pieces = 0;
    const result = streamText({ ...call, onError: () => undefined });
    for await (const _ of result.textStream) {
      pieces += 1;
      question.onPiece?.();
    }
    const [text, finalStep, usage, output] = await Promise.all([
      result.text,
      result.finalStep,
      result.usage,
      result.output,
    ]);
    return { text, pieces, object: output, ...thoughtsOf(finalStep.reasoningText, usage) };
  },
}));

function callOf(
  { model, prompt, image, tool: look, schema, effort, signal }: Question,
  provider: Provider,
  server: Server,
) {
  const messages: ModelMessage[] = [
    {
      role: 'user',
      content: [
        { type: 'text', text: prompt },
        ...(image === undefined ? [] : [{ type: 'file' as const, data: image, mediaType: 'image/png' }]),
      ],
    },
  ];
  return {
    model: provider.model(model, server),
    messages,
    maxRetries: 0,
    maxOutputTokens: 4_000,
    stopWhen: stepCountIs(MOST_STEPS),
    ...(signal === undefined ? {} : { abortSignal: signal }),
    ...(effort === undefined ? {} : { providerOptions: provider.thinking }),
    output: schema === undefined ? Output.text() : Output.object({ schema }),
    ...(look === undefined
      ? {}
      : {
          tools: {
            look: tool({
              description: look.description,
              inputSchema: z.object({ where: z.string() }),
              execute: ({ where }) => look.run(where),
            }),
          },
        }),
  };
}

function thoughtsOf(
  thought: string | undefined,
  usage: { outputTokenDetails: { reasoningTokens: number | undefined } },
) {
  return { thought: thought ?? '', reasoningTokens: usage.outputTokenDetails.reasoningTokens ?? 0 };
}
