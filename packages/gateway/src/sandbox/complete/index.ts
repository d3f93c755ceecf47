/** `POST /api/v2/cortex/inference:complete`: the endpoint from before Cortex spoke anybody else's dialect. */
import type { SseEvent } from '../../kit/sse.ts';
import { errorReply, type Refusal, refuse } from '../errors.ts';
import { answerFault, STREAM_ERROR_DATA, type StreamFault } from '../faults.ts';
import { findModel } from '../model-table.ts';
import { simulateTurn } from '../script/simulate.ts';
import type { Surface } from '../surface.ts';
import { countPrompt } from '../tokens.ts';
import type { SimulatedTurn } from '../turn.ts';
import { type CompleteAnswer, writeUnary } from './answer.ts';
import { refuseComplete } from './complete-errors.ts';
import { type CompleteRequest, readCompleteRequest } from './complete-request.ts';
import { readPrompt } from './read-prompt.ts';
import { firstBroken } from './rules.ts';
import { writeStream } from './write-stream.ts';

/** As recorded by snowflake-ml-python, 2024-12-05. */
const HEADERS = { 'x-accel-buffering': 'no' };

export const completeSurface: Surface = ({ body, requestId }, world) => {
  const refused = (refusal: Refusal) => errorReply(refusal, requestId);
  const request = readCompleteRequest(body);
  if (request === undefined) return refused(refuse('payload-invalid'));
  if (request === 'choice-form') return refused(refuseComplete('choice-form'));
  const model = findModel(request.model);
  if (model === undefined) return refused(refuse('model-unknown', { model: request.model }));
  if (model === 'unavailable') return refused(refuse('model-unavailable', { model: request.model }));
  const broken = firstBroken(request, model);
  if (broken !== undefined) return refused(broken);
  const prompt = readPrompt(request, model);
  if (countPrompt(prompt) > model.contextWindow) {
    return refused(refuseComplete('context-window', { limit: model.contextWindow }));
  }
  const turn = simulateTurn(prompt, world);
  const fault = turn.fault === undefined ? undefined : answerFault(turn.fault.name, requestId, model.name);
  if (typeof fault === 'object') return fault;
  const answer: CompleteAnswer = {
    id: requestId,
    model,
    turn: fault === 'empty' ? { ...turn, parts: [] } : guarded(turn, request),
    createdAt: Math.floor(world.clock.now() / 1000),
    guarded: request.guard !== undefined,
    switches: world.switches,
  };
  if (request.stream) {
    return { kind: 'stream', events: withFault(writeStream(answer), fault), timing: turn.timing, headers: HEADERS };
  }
  if (fault !== undefined && fault !== 'empty') return refused(refuse('internal-error'));
  const contentType = 'application/json;charset=utf-8';
  return {
    kind: 'json',
    status: 200,
    body: writeUnary(answer),
    timing: turn.timing,
    headers: { 'content-type': contentType },
  };
};

/** Cortex Guard puts its own text in the place of an answer it finds unsafe; the script's `finish refusal` stands for one. */
function guarded(turn: SimulatedTurn, { guard }: CompleteRequest): SimulatedTurn {
  if (guard === undefined || turn.finish !== 'refusal') return turn;
  return { ...turn, parts: [{ kind: 'text', text: guard.text }] };
}

/** docs/cortex-quirks.md#mid-stream-errors */
function withFault(events: SseEvent[], fault: StreamFault | undefined): SseEvent[] {
  const half = events.slice(0, Math.ceil(events.length / 2));
  switch (fault) {
    case undefined:
    case 'empty':
      return events;
    case 'stream-error':
      return [...half, { event: 'error', data: STREAM_ERROR_DATA }];
    case 'stream-error-data':
      return [...half, { data: STREAM_ERROR_DATA }];
    case 'unfinished':
      return half;
  }
}
