/** `POST /api/v2/cortex/v1/messages`: Claude only, Anthropic's dialect, Snowflake's envelope for errors. */
import { isObject } from '../../ir/json.ts';
import type { SseEvent } from '../../kit/sse.ts';
import { errorReply, type Refusal, refuse } from '../errors.ts';
import { answerFault, STREAM_ERROR_DATA, type StreamFault } from '../faults.ts';
import { findModel, type SandboxModel } from '../model-table.ts';
import { bedrockMessageId } from '../script/identity.ts';
import { simulateTurn } from '../script/simulate.ts';
import type { SandboxRequest, SandboxWorld, Surface } from '../surface.ts';
import { countPrompt } from '../tokens.ts';
import { betaFlagsOf, strangeBetaFlag } from './beta-flags.ts';
import { refuseMessages } from './messages-errors.ts';
import { type MessagesRequest, readMessagesRequest } from './messages-request.ts';
import { readPrompt } from './read-prompt.ts';
import { firstRefusal } from './rule.ts';
import { conversationRules } from './rules-conversation.ts';
import { outputRules } from './rules-output.ts';
import { thinkingRules } from './rules-thinking.ts';
import { toolRules } from './rules-tools.ts';
import { checkShape } from './shape.ts';
import { type AnswerFrame, writeEvents, writeMessage } from './write-answer.ts';

const RULES = [...outputRules, ...toolRules, ...conversationRules, ...thinkingRules];

/** Refuses what Cortex would refuse, else lets the simulated model answer. Errors of a streaming request are plain JSON. */
export const messagesSurface: Surface = (request, world) => {
  const refused = (refusal: Refusal) => errorReply(refusal, request.requestId);
  const model = claudeModel(request);
  if (isRefusal(model)) return refused(model);
  const wrong = checkRequest(request, model, world);
  if (wrong !== undefined) return refused(wrong);
  const messages = readMessagesRequest(request.body);
  const broken = firstRefusal(RULES, (rule) => rule(messages, model, world.switches));
  if (broken !== undefined) return refused(broken);
  const prompt = readPrompt(messages, model.name);
  const tokens = countPrompt(prompt);
  if (tokens > model.contextWindow) {
    return refused(refuseMessages('prompt-too-long', { tokens, limit: model.contextWindow }));
  }
  const turn = simulateTurn(prompt, world);
  const frame: AnswerFrame = {
    id: bedrockMessageId(`${world.seed}\0${request.requestId}`),
    model: model.name,
    omitThoughts: omitsThoughts(messages, model, world),
    editsContext: isObject(request.body.context_management),
  };
  const fault = turn.fault === undefined ? undefined : answerFault(turn.fault.name, request.requestId, model.name);
  if (typeof fault === 'object') return fault;
  if (messages.stream) {
    return { kind: 'stream', events: withFault(writeEvents(turn, frame), fault), timing: turn.timing };
  }
  if (fault !== undefined && fault !== 'empty') return refused(refuse('internal-error'));
  const said = fault === 'empty' ? { ...turn, parts: [] } : turn;
  return { kind: 'json', status: 200, body: writeMessage(said, frame), timing: turn.timing };
};

function claudeModel({ body }: SandboxRequest): SandboxModel | Refusal {
  if (typeof body.model !== 'string') return refuseMessages('required', { path: 'model' });
  const model = findModel(body.model);
  if (model === undefined) return refuse('model-unknown', { model: body.model });
  if (model === 'unavailable') return refuse('model-unavailable', { model: body.model });
  return model.family === 'claude' ? model : refuseMessages('not-claude', { model: model.name });
}

function checkRequest(request: SandboxRequest, model: SandboxModel, { switches }: SandboxWorld): Refusal | undefined {
  const { headers, body } = request;
  if (switches.anthropicVersionRequired && headers['anthropic-version'] === undefined) return refuseMessages('version');
  const betas = betaFlagsOf(headers);
  if (strangeBetaFlag(betas, model.name) !== undefined) return refuseMessages('beta');
  return checkShape(body, betas, switches);
}

/** docs/cortex-quirks.md#thinking-omitted-by-default */
function omitsThoughts({ thinking }: MessagesRequest, model: SandboxModel, { switches }: SandboxWorld): boolean {
  if (typeof thinking?.display === 'string') return thinking.display === 'omitted';
  return switches.thinkingDisplay === 'by-model' && model.thinking === 'adaptive';
}

/** docs/cortex-quirks.md#empty-200 and #mid-stream-errors */
function withFault(events: SseEvent[], fault: StreamFault | undefined): SseEvent[] {
  const half = events.slice(0, Math.ceil(events.length / 2));
  switch (fault) {
    case undefined:
      return events;
    case 'empty':
      return events.filter(({ event }) => event === 'message_start' || event === 'message_stop');
    case 'stream-error':
      return [...half, { event: 'error', data: STREAM_ERROR_DATA }];
    case 'stream-error-data':
      return [...half, { data: STREAM_ERROR_DATA }];
    case 'unfinished':
      return events.filter(({ event }) => event !== 'message_delta' && event !== 'message_stop');
  }
}

function isRefusal(value: SandboxModel | Refusal): value is Refusal {
  return 'message' in value;
}
