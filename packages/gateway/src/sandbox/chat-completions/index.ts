/** `POST /api/v2/cortex/v1/chat/completions`. */
import { isObject, type Json, type JsonObject } from '../../ir/json.ts';
import type { SseEvent } from '../../kit/sse.ts';
import { seededRandom } from '../../kit/random.ts';
import { errorReply, refuse } from '../errors.ts';
import { answerFault, STREAM_ERROR_DATA, type StreamFault } from '../faults.ts';
import { findModel, type SandboxModel } from '../model-table.ts';
import { simulateTurn } from '../script/simulate.ts';
import type { SandboxReply, SandboxRequest, SandboxWorld, Surface } from '../surface.ts';
import { countPrompt } from '../tokens.ts';
import type { SimulatedTurn } from '../turn.ts';
import type { ChatAnswer } from './answer.ts';
import { type ChatRequest, readChatRequest } from './chat-request.ts';
import { DONE } from './chunk-envelope.ts';
import { functionsOf, promptOf } from './prompt.ts';
import { refuseChat } from './rule.ts';
import { bedrockStream } from './stream-bedrock.ts';
import { openaiStream } from './stream-openai.ts';
import { unaryBody } from './unary.ts';
import { validate } from './validate.ts';

export const chatCompletionsSurface: Surface = (incoming, world) => {
  const { requestId } = incoming;
  const request = readChatRequest(incoming.body);
  if (request === undefined) return errorReply(refuse('payload-invalid'), requestId);
  const model = findModel(request.model);
  if (model === undefined) return errorReply(refuse('model-unknown', { model: request.model }), requestId);
  if (model === 'unavailable') return errorReply(refuse('model-unavailable', { model: request.model }), requestId);
  const refusal = validate(request, model, world.switches);
  if (refusal !== undefined) return errorReply(refusal, requestId);
  const prompt = promptOf(request, model);
  if (countPrompt(prompt) > model.contextWindow) {
    return errorReply(refuseChat('context-window', { limit: model.contextWindow }), requestId);
  }
  const turn = simulateTurn(prompt, world);
  const fault = turn.fault === undefined ? undefined : answerFault(turn.fault.name, requestId, model.name);
  if (typeof fault === 'object') return fault;
  return reply(request, answerOf(request, model, turn, prompt.choices ?? 1, incoming, world), fault, requestId);
};

function answerOf(
  request: ChatRequest,
  model: SandboxModel,
  turn: SimulatedTurn,
  choices: number,
  { requestId }: SandboxRequest,
  { clock, seed, switches }: SandboxWorld,
): ChatAnswer {
  const { body, includeUsage } = request;
  const openai = model.family === 'openai';
  const random = seededRandom(`${seed}\0${requestId}`);
  return {
    model,
    turn,
    switches,
    id: `chatcmpl-${random.text(29)}`,
    createdAt: Math.floor(clock.now() / 1000),
    fingerprint: `fp_${fingerprintDigits(model.name)}`,
    choices,
    includeUsage,
    legacyCall: functionsOf(request, model).length > 0,
    topLogprobs: openai && body.logprobs === true ? Number(body.top_logprobs ?? 0) : undefined,
    prediction: openai ? predictionOf(body.prediction) : undefined,
  };
}

function reply(
  { stream }: ChatRequest,
  answer: ChatAnswer,
  fault: StreamFault | undefined,
  requestId: string,
): SandboxReply {
  const { timing } = answer.turn;
  const shown = fault === 'empty' ? emptied(answer) : answer;
  if (stream) {
    const events = answer.model.family === 'openai' ? openaiStream(shown) : bedrockStream(shown);
    return { kind: 'stream', events: broken(events, fault), timing };
  }
  if (fault !== undefined && fault !== 'empty') return errorReply(refuse('internal-error'), requestId);
  return { kind: 'json', status: 200, body: unaryBody(shown), timing };
}

/** docs/cortex-quirks.md#empty-200: a 200 that ends well and says nothing. */
function emptied(answer: ChatAnswer): ChatAnswer {
  return { ...answer, turn: { ...answer.turn, parts: [], finish: 'stop' } };
}

function broken(events: SseEvent[], fault: StreamFault | undefined): SseEvent[] {
  if (fault === 'unfinished') return events.filter((event) => event !== DONE);
  if (fault !== 'stream-error' && fault !== 'stream-error-data') return events;
  const half = events.slice(0, Math.ceil(events.length / 2));
  return [...half, { ...(fault === 'stream-error' ? { event: 'error' } : {}), data: STREAM_ERROR_DATA }];
}

function fingerprintDigits(model: string): string {
  const random = seededRandom(model);
  return Array.from({ length: 10 }, () => Math.floor(random.float() * 16).toString(16)).join('');
}

function predictionOf(prediction: Json | undefined): string | undefined {
  if (!isObject(prediction)) return undefined;
  const { content } = prediction;
  if (typeof content === 'string') return content;
  const parts: JsonObject[] = Array.isArray(content) ? content.filter(isObject) : [];
  return parts.map(({ text }) => (typeof text === 'string' ? text : '')).join('');
}
