// What tests of chat answers share: models to mend for, and the official SDK as a judge of streams.
import { readFileSync } from 'node:fs';
import { ChatCompletionStream } from 'openai/lib/ChatCompletionStream';
import { isObject, type JsonObject } from '../../src/ir/json.ts';
import { formatSse, type SseEvent, sseReader } from '../../src/kit/sse.ts';
import type { ModelCapabilities, WriterOptions } from '../../src/protocols/codec.ts';
import type { MendTarget } from '../../src/upstream/mends/mend.ts';

const COMMON = {
  contextWindow: 200_000,
  defaultOutputTokens: 8_192,
  maxOutputTokens: 16_384,
  prefill: true,
  cacheMinTokens: 0,
};

const CAPABILITIES: Record<ModelCapabilities['family'], ModelCapabilities> = {
  claude: {
    ...COMMON,
    family: 'claude',
    tools: true,
    vision: true,
    structuredOutput: 'native',
    reasoning: 'budget',
    efforts: ['low', 'medium', 'high'],
    sampling: true,
  },
  openai: {
    ...COMMON,
    family: 'openai',
    tools: true,
    vision: true,
    structuredOutput: 'native',
    reasoning: 'effort',
    efforts: ['minimal', 'low', 'medium', 'high'],
    sampling: true,
  },
  other: {
    ...COMMON,
    family: 'other',
    tools: false,
    vision: false,
    structuredOutput: 'none',
    reasoning: 'none',
    efforts: [],
    sampling: true,
  },
};

/** A deployment of this model on Cortex, its family told by its name. */
export function cortexTarget(model: string, overrides: Partial<ModelCapabilities> = {}): MendTarget {
  const family = model.startsWith('claude') ? 'claude' : model.startsWith('openai') ? 'openai' : 'other';
  return { provider: 'cortex', model, capabilities: { ...CAPABILITIES[family], ...overrides }, disabledMends: [] };
}

export const WRITER_OPTIONS: WriterOptions = {
  id: 'chatcmpl-own',
  createdAt: 1_783_468_000,
  model: 'my-alias',
  includeUsage: true,
  choiceIndex: 0,
  requestId: 'req_1',
};

/** What the official SDK makes of a stream: the completion its users get. */
export async function accumulate(events: SseEvent[]): Promise<JsonObject> {
  const lines = events.filter(({ data }) => data !== '[DONE]').map(({ data }) => `${data}\n`);
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const line of lines) controller.enqueue(new TextEncoder().encode(line));
      controller.close();
    },
  });
  const completion: unknown = await ChatCompletionStream.fromReadableStream(body).finalChatCompletion();
  if (!isObject(completion)) throw new Error('the SDK gave no completion');
  return JSON.parse(JSON.stringify(completion)) as JsonObject;
}

export function toText(events: SseEvent[]): string {
  return events.map(formatSse).join('');
}

export function toEvents(text: string): SseEvent[] {
  const reader = sseReader();
  return [...reader.push(new TextEncoder().encode(text)), ...reader.end()];
}

export function readFixture(path: string): string {
  return readFileSync(new URL(`../../../../fixtures/${path}`, import.meta.url), 'utf8');
}
