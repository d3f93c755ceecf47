/** The request body, JSON → IR. */
import { GatewayError } from '../../errors/error.ts';
import type { Json, JsonObject } from '../../ir/json.ts';
import type { Note } from '../../ir/note.ts';
import { MOST_CHOICES, type Effort, type Ext, type GenerateRequest } from '../../ir/request.ts';
import {
  invalid,
  optionalBoolean,
  optionalNumber,
  optionalObject,
  optionalString,
  optionalWord,
  requiredString,
  unknownFields,
} from '../validate.ts';
import { writeConversation } from './conversation.ts';
import { readPrompt } from './prompt.ts';
import { readStop } from './stop.ts';

const EFFORTS = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'] as const satisfies readonly Effort[];

const TYPED = new Set([
  'model',
  'prompt',
  'suffix',
  'max_tokens',
  'stop',
  'temperature',
  'top_p',
  'seed',
  'n',
  'best_of',
  'echo',
  'logprobs',
  'stream',
  'stream_options',
  'user',
  'reasoning',
  'reasoning_effort',
]);

/** Fields that chat completions have under the same name and with the same meaning. */
const CHAT_FIELDS = new Set(['frequency_penalty', 'presence_penalty', 'logit_bias']);
const KNOWN = new Set([...TYPED, ...CHAT_FIELDS]);

/**
 * Reads the body of one completion (`splitPrompts` makes several of a body with several prompts).
 * Without `max_tokens` the answer may be as long as the model can make it, as on the other endpoints:
 * OpenAI's old default of 16 tokens cuts every suggestion in the middle
 * (docs/completions-and-embeddings.md#output-limit).
 * @throws GatewayError `invalid-request` or `unsupported`, naming the field
 */
export function readRequest(body: JsonObject): { request: GenerateRequest; notes: Note[] } {
  const notes: Note[] = [];
  const choices = optionalNumber(body.n, 'n', { least: 1, most: MOST_CHOICES, whole: true }) ?? 1;
  refuseUnanswerable(body, choices);
  noteLogprobs(body, notes);
  optionalObject(body.stream_options, 'stream_options');
  const maxOutputTokens = optionalNumber(body.max_tokens, 'max_tokens', { least: 1, whole: true });
  const { passed } = readStop(body.stop, notes);
  const effort = readEffort(body);
  const endUser = optionalString(body.user, 'user');
  const request: GenerateRequest = {
    model: requiredString(body.model, 'model'),
    ...writeConversation(readPrompt(body.prompt), optionalString(body.suffix, 'suffix')),
    tools: [],
    toolChoice: { mode: 'auto' },
    limits: {
      ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
      ...(passed.length === 0 ? {} : { stop: passed }),
    },
    sampling: readSampling(body),
    ...(effort === undefined ? {} : { reasoning: { effort } }),
    choices,
    stream: optionalBoolean(body.stream, 'stream') ?? false,
    ...(endUser === undefined ? {} : { endUser }),
    ext: readExt(body),
  };
  return { request, notes };
}

function refuseUnanswerable(body: JsonObject, choices: number): void {
  if (optionalBoolean(body.echo, 'echo') === true) {
    const message =
      '"echo" is not available: no model here repeats its prompt. Put the prompt before the answer yourself.';
    throw new GatewayError('unsupported', message, { param: 'echo' });
  }
  const bestOf = optionalNumber(body.best_of, 'best_of', { least: 1, whole: true });
  if (bestOf === undefined || bestOf === choices) return;
  if (bestOf < choices) throw invalid('best_of', `must be at least "n", which is ${choices}`);
  const message = '"best_of" is not available: nothing tells which answer is best. Ask for "n" answers and choose.';
  throw new GatewayError('unsupported', message, { param: 'best_of' });
}

function noteLogprobs(body: JsonObject, notes: Note[]): void {
  if (optionalNumber(body.logprobs, 'logprobs', { least: 0, whole: true }) === undefined) return;
  notes.push({ code: 'dropped', path: 'logprobs', because: 'a chat model gives none for the text it goes on with' });
}

function readSampling(body: JsonObject): GenerateRequest['sampling'] {
  const temperature = optionalNumber(body.temperature, 'temperature', { least: 0, most: 2 });
  const topP = optionalNumber(body.top_p, 'top_p', { least: 0, most: 1 });
  const seed = optionalNumber(body.seed, 'seed', { least: Number.MIN_SAFE_INTEGER, whole: true });
  return {
    ...(temperature === undefined ? {} : { temperature }),
    ...(topP === undefined ? {} : { topP }),
    ...(seed === undefined ? {} : { seed }),
  };
}

/** Not OpenAI's, but model names and defaults of the configuration can say it on every endpoint. */
function readEffort(body: JsonObject): Effort | undefined {
  const { effort } = optionalObject(body.reasoning, 'reasoning') ?? {};
  return (
    optionalWord(effort, 'reasoning.effort', EFFORTS) ??
    optionalWord(body.reasoning_effort, 'reasoning_effort', EFFORTS)
  );
}

function readExt(body: JsonObject): Ext {
  const chat = Object.entries(body).filter(([key, value]) => CHAT_FIELDS.has(key) && value !== null);
  const own = unknownFields(body, KNOWN);
  return {
    ...(chat.length === 0 ? {} : { 'openai-chat': Object.fromEntries<Json | undefined>(chat) }),
    ...(own === undefined ? {} : { 'openai-completions': own }),
  };
}
