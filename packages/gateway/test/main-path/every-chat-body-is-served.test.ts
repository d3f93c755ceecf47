import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CHAT } from '../../src/exchange/dialects.ts';
import type { ClientRequest } from '../../src/exchange/client-request.ts';
import { mendedLane } from '../../src/exchange/mended.ts';
import { askUpstream } from '../../src/exchange/upstream-dialect.ts';
import { lowerFreeform, raiseFreeform } from '../../src/ir/freeform.ts';
import { repairHistory } from '../../src/ir/history.ts';
import { isObject, type Json, type JsonObject } from '../../src/ir/json.ts';
import { placeCacheMarks } from '../../src/ir/prompt-caching.ts';
import { compose, type Transducer } from '../../src/ir/transducer.ts';
import { formatSse, type SseEvent } from '../../src/kit/sse.ts';
import type { WriterOptions } from '../../src/protocols/codec.ts';
import { chatCompletionsSurface } from '../../src/sandbox/chat-completions/index.ts';
import { messagesSurface } from '../../src/sandbox/messages/index.ts';
import { PromptCache } from '../../src/sandbox/prompt-cache.ts';
import type { SandboxReply, SandboxWorld } from '../../src/sandbox/surface.ts';
import { DEFAULT_SWITCHES } from '../../src/sandbox/switches.ts';
import { type Deployment, resolveDeployment } from '../../src/upstream/deployment.ts';
import { historyRulesOf } from '../../src/upstream/history-rules.ts';
import { arbitraryChatBody, type ChatBody, imagesIn, marksIn } from '../arbitrary/chat-body.ts';
import { WRITER_OPTIONS } from '../support/chat-answers.ts';
import { checkChatStream } from '../support/chat-grammar.ts';
import { fakeClock } from '../support/fake-clock.ts';

/**
 * The sandbox refuses what Cortex refuses and knows nothing of the gateway's code, so it is the judge:
 * whatever a chat client sends, a model of any family must take it and answer it legally, and nothing that
 * was said in the conversation may be lost on the way.
 */
const MODELS = [
  'claude-opus-5-5',
  'claude-opus-4-7',
  'claude-opus-4-6',
  'claude-sonnet-4-5',
  'claude-4-sonnet',
  'claude-3-5-sonnet',
  'openai-gpt-6-astra',
  'openai-gpt-5.6-sol',
  'openai-gpt-5.2',
  'openai-gpt-5',
  'openai-gpt-4.1',
  'llama3.1-8b',
  'mistral-large2',
  'deepseek-r1',
];

const clock = fakeClock();
const WORLD: SandboxWorld = {
  clock,
  cache: new PromptCache(clock),
  switches: DEFAULT_SWITCHES,
  seed: 'chat',
  attempt: () => 0,
};

const MOST_IMAGES = 20;
const FINISH_REASONS = ['"stop"', '"length"', '"tool_calls"', '"function_call"'];

test('every body is taken, answered legally, and told whole', () => {
  fc.assert(
    fc.property(arbitraryChatBody(MODELS), (body) => {
      const served = serve(body);
      expect(served.reply).toMatchObject(served.reply.kind === 'stream' ? {} : { kind: 'json', status: 200 });

      const { sent, vision } = served;
      const told = new Set([...marksIn(sent.messages), ...marksIn(sent.system)]);
      expect(marksIn(body.messages).filter((mark) => !told.has(mark))).toEqual([]);
      const images = imagesIn(body.messages);
      const seen = images.filter((image) => imagesIn(sent.messages).includes(image));
      if (vision)
        expect(seen.length).toBeGreaterThan(images.length > MOST_IMAGES ? MOST_IMAGES / 2 : images.length - 1);
      if (Array.isArray(served.answer)) {
        expect(checkChatStream(served.answer)).toBeUndefined();
        expect(served.answer.at(-1)?.data).toBe('[DONE]');
      } else {
        expect(checkCompletion(served.answer) ?? checkObedience(served.answer, body)).toBeUndefined();
      }
    }),
    { numRuns: 1_500 },
  );
});

interface Served {
  /** The body as the upstream got it. */
  sent: JsonObject;
  reply: SandboxReply;
  /** What the client got. */
  answer: SseEvent[] | JsonObject;
  vision: boolean;
}

function serve(body: ChatBody): Served {
  const deployment = deploymentOf(body.model);
  const { request, notes } = CHAT.codec.readRequest(body);
  const read: ClientRequest = { asked: body, body, request, notes };
  const served =
    deployment.dialect === 'openai-chat' ? serveMended(read, deployment) : serveTranslated(read, deployment);
  return { ...served, vision: deployment.capabilities.vision };
}

function serveMended(read: ClientRequest, deployment: Deployment): Omit<Served, 'vision'> {
  const lane = mendedLane(read, deployment, []);
  const sent = JSON.parse(lane.body.toString()) as JsonObject;
  const reply = chatCompletionsSurface({ headers: {}, body: sent, requestId: 'r', bytes: 0 }, WORLD);
  const options = optionsOf(read);
  if (!lane.streams) {
    const bytes = bytesOf(reply);
    const json = JSON.parse(bytes.toString()) as JsonObject;
    return { sent, reply, answer: lane.message({ bytes, json }, options) as JsonObject };
  }
  const stream = lane.stream(options) as Transducer<Uint8Array, SseEvent>;
  return { sent, reply, answer: [...stream.push(bytesOf(reply)), ...stream.end()] };
}

function serveTranslated(read: ClientRequest, deployment: Deployment): Omit<Served, 'vision'> {
  const repaired = repairHistory(read.request, historyRulesOf(deployment)).request;
  const lowered = lowerFreeform(placeCacheMarks(repaired, { minTokens: 1, maxMarks: 4 }));
  const upstream = askUpstream({ ...lowered.request, stream: true }, deployment, []);
  const sent = JSON.parse(JSON.stringify(upstream.body)) as JsonObject;
  const reply = messagesSurface({ headers: upstream.headers, body: sent, requestId: 'r', bytes: 0 }, WORLD);
  const options = optionsOf(read);
  const events = compose(upstream.reader(options, { words: '' }), raiseFreeform(lowered.names));
  const heard = [...events.push(bytesOf(reply)), ...events.end()];
  if (!read.request.stream) return { sent, reply, answer: CHAT.codec.writeMessage(heard, options) };
  const writer = CHAT.codec.writer(options);
  return { sent, reply, answer: [...heard.flatMap((event) => writer.push(event)), ...writer.end()] };
}

function deploymentOf(model: string): Deployment {
  return resolveDeployment(
    {
      id: model,
      modelName: model,
      provider: 'cortex',
      model,
      base: { account: 'myorg-myaccount' },
      credential: { kind: 'none' },
      weight: 1,
      order: 0,
      tags: [],
      promptCaching: 'auto',
      defaults: {},
      extraHeaders: {},
    },
    () => ({ headersFor: () => Promise.resolve({}), invalidate: () => false, learnClock: () => undefined }),
  );
}

function optionsOf({ body }: ClientRequest): WriterOptions {
  const includeUsage = isObject(body.stream_options) && body.stream_options.include_usage === true;
  return { ...WRITER_OPTIONS, includeUsage, body };
}

function bytesOf(reply: SandboxReply): Buffer {
  if (reply.kind === 'stream') return Buffer.from(reply.events.map(formatSse).join(''));
  return Buffer.from(reply.kind === 'json' ? JSON.stringify(reply.body) : '');
}

/** The first thing that is wrong with a whole answer. */
function checkCompletion({ id, object, created, model, choices, usage }: JsonObject): string | undefined {
  if (typeof id !== 'string' || id === '' || object !== 'chat.completion' || typeof model !== 'string')
    return 'its head';
  if (typeof created !== 'number' || created <= 0) return 'created';
  if (!isObject(usage) || typeof usage.prompt_tokens !== 'number') return 'usage';
  const [choice, second] = Array.isArray(choices) ? choices : [];
  if (!isObject(choice) || !isObject(choice.message) || second !== undefined) return 'its choices';
  const { content, role, tool_calls: calls, function_call: called } = choice.message;
  if (role !== 'assistant') return 'the role';
  if (content !== null && typeof content !== 'string') return 'the content';
  const reason = JSON.stringify(choice.finish_reason);
  if (!FINISH_REASONS.includes(reason)) return `finish_reason ${reason}`;
  if (calls === undefined) return content === null && called === undefined ? 'it says nothing' : undefined;
  if (!Array.isArray(calls) || calls.length === 0) return 'tool_calls';
  const wrong = calls.find((call) => !isLegalCall(call));
  return wrong === undefined ? undefined : `the call ${JSON.stringify(wrong)}`;
}

/** What an answer does not do that the body demands: JSON where JSON was asked for, calls of offered tools by their own names. */
function checkObedience(answer: JsonObject, body: ChatBody): string | undefined {
  const [choice] = answer.choices as { finish_reason: string; message: JsonObject }[];
  const { content, tool_calls: calls } = choice!.message;
  const format = isObject(body.response_format) ? body.response_format.type : 'text';
  const wantsJson = format !== 'text' && choice!.finish_reason === 'stop' && !('stop' in body);
  if (wantsJson && !isJsonObject(content)) return `no JSON object: ${JSON.stringify(content)}`;
  const offered = JSON.stringify([body.tools, body.functions]);
  for (const call of (calls ?? []) as { function: { name: string; arguments: string } }[]) {
    if (!offered.includes(`"name":"${call.function.name}"`)) return `a call of ${call.function.name}`;
    if (call.function.name === 'find' && !call.function.arguments.includes('"a b"')) return call.function.arguments;
  }
  return undefined;
}

function isLegalCall(call: Json): boolean {
  if (!isObject(call) || !isObject(call.function) || call.type !== 'function') return false;
  const { name, arguments: args } = call.function;
  return typeof call.id === 'string' && call.id !== '' && typeof name === 'string' && isJsonObject(args);
}

function isJsonObject(text: Json | undefined): boolean {
  return typeof text === 'string' && isObject(JSON.parse(text));
}
