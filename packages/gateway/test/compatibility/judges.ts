// How the answers of each protocol are judged: by its grammar, and by what the official package makes of them.
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { ChatCompletionStream } from 'openai/lib/ChatCompletionStream';
import { expect } from 'vitest';
import { type SseEvent, sseReader } from '../../src/kit/sse.ts';
import { checkChatStream } from '../support/chat-grammar.ts';
import { checkCompletionStream } from '../support/completion-grammar.ts';
import { accumulateMessage } from '../support/messages-answers.ts';
import { checkMessagesStream } from '../support/messages-grammar.ts';
import { accumulateResponse } from '../support/responses-answers.ts';
import { checkResponseStream } from '../support/responses-grammar.ts';

interface Judge {
  /** What is wrong with a stream by the grammar of the protocol. */
  check(events: SseEvent[]): string | undefined;
  /** What the official package makes of it. @throws what it throws at its users */
  accumulate(events: SseEvent[]): Promise<unknown>;
  /** What the official package makes of an answer that came whole. @throws what it throws at its users */
  read(text: string): Promise<unknown>;
  /** Of what the package makes of either. */
  expected: object;
}

const ANY_TEXT = expect.any(String) as string;

/** By the path of the request, without its base. */
const JUDGES: Record<string, Judge> = {
  '/chat/completions': {
    check: checkChatStream,
    accumulate: (events) =>
      ChatCompletionStream.fromReadableStream(new Blob(linesOf(events)).stream()).finalChatCompletion(),
    read: (text) => openaiWith(text).chat.completions.create({ model: 'm', messages: [] }),
    expected: {
      object: 'chat.completion',
      choices: [{ index: 0, finish_reason: ANY_TEXT, message: { role: 'assistant' } }],
    },
  },
  '/messages': {
    check: checkMessagesStream,
    accumulate: accumulateMessage,
    read: (text) => anthropicWith(text).messages.create({ model: 'm', max_tokens: 1, messages: [] }),
    expected: {
      type: 'message',
      role: 'assistant',
      stop_reason: ANY_TEXT,
      usage: { output_tokens: expect.any(Number) },
    },
  },
  '/responses': {
    check: checkResponseStream,
    accumulate: accumulateResponse,
    read: (text) => openaiWith(text).responses.create({ model: 'm', input: '' }),
    expected: {
      object: 'response',
      status: expect.stringMatching(/^(completed|incomplete)$/) as string,
      output: expect.any(Array),
    },
  },
  '/completions': {
    check: checkCompletionStream,
    async accumulate(events) {
      const stream = await openaiWith(events.map(({ data }) => `data: ${data}\n\n`).join('')).completions.create({
        model: 'm',
        prompt: '',
        stream: true,
      });
      const choice = { text: '', finish_reason: '' };
      for await (const { choices } of stream) {
        choice.text += choices[0]?.text ?? '';
        choice.finish_reason ||= choices[0]?.finish_reason ?? '';
      }
      return { object: 'text_completion', choices: [choice] };
    },
    read: (text) => openaiWith(text).completions.create({ model: 'm', prompt: '' }),
    expected: {
      object: 'text_completion',
      choices: [{ text: ANY_TEXT, finish_reason: expect.stringMatching(/^(stop|length)$/) as string }],
    },
  },
};

/** Undefined for requests that nothing is generated for. */
export function judgeOf(path: string): Judge | undefined {
  const [, end = ''] = /((?:\/chat)?\/\w+)$/.exec(path.replace(/\?.*/, '')) ?? [];
  return JUDGES[end];
}

/** @throws when the grammar or the package has something to say against this stream */
export async function expectLegalStream(judge: Judge, text: string): Promise<void> {
  const reader = sseReader();
  const events = [...reader.push(new TextEncoder().encode(text)), ...reader.end()];
  expect(judge.check(events), text).toBeUndefined();
  expect(await judge.accumulate(events)).toMatchObject(judge.expected);
}

function linesOf(events: SseEvent[]): string[] {
  return events.filter(({ data }) => data !== '[DONE]').map(({ data }) => `${data}\n`);
}

/** The package, for whom every answer is this one. */
function openaiWith(text: string): OpenAI {
  return new OpenAI({ apiKey: 'test', maxRetries: 0, fetch: () => Promise.resolve(answer(text)) });
}

function anthropicWith(text: string): Anthropic {
  return new Anthropic({ apiKey: 'test', maxRetries: 0, fetch: () => Promise.resolve(answer(text)) });
}

function answer(text: string): Response {
  const type = text.startsWith('{') ? 'application/json' : 'text/event-stream';
  return new Response(text, { headers: { 'content-type': type } });
}
