/** A Cursor body on its way to the sandbox and back: what the translated lane does, without a gateway around it. */
import { lowerFreeform, raiseFreeform } from '../../src/ir/freeform.ts';
import { repairHistory } from '../../src/ir/history.ts';
import type { JsonObject } from '../../src/ir/json.ts';
import type { Note } from '../../src/ir/note.ts';
import { placeCacheMarks } from '../../src/ir/prompt-caching.ts';
import { compose, type Transducer } from '../../src/ir/transducer.ts';
import type { StreamEvent } from '../../src/ir/event.ts';
import type { SseEvent } from '../../src/kit/sse.ts';
import { anthropicMessages } from '../../src/protocols/anthropic-messages/index.ts';
import { cursorDialectCodec } from '../../src/protocols/cursor/index.ts';
import { openaiChatUpstream } from '../../src/protocols/openai-chat/upstream.ts';
import { createCortexSandbox } from '../../src/sandbox/index.ts';
import { describeModel } from '../../src/upstream/catalogue.ts';
import { historyRulesOf } from '../../src/upstream/history-rules.ts';
import { mendRequest, mendStream } from '../../src/upstream/mends/index.ts';
import { CHAT_PATH, post } from '../sandbox/calls.ts';
import { toEvents, WRITER_OPTIONS } from '../support/chat-answers.ts';

const MESSAGES_PATH = '/api/v2/cortex/v1/messages';

/** Where a model is asked. */
export interface Target {
  model: string;
  dialect: 'anthropic-messages' | 'openai-chat';
}

export const CLAUDE: Target = { model: 'claude-sonnet-4-5', dialect: 'anthropic-messages' };
export const NEW_CLAUDE: Target = { model: 'claude-opus-4-7', dialect: 'anthropic-messages' };
export const CLAUDE_ON_CHAT: Target = { model: 'claude-sonnet-4-5', dialect: 'openai-chat' };
export const GPT: Target = { model: 'openai-gpt-5', dialect: 'openai-chat' };
export const LLAMA: Target = { model: 'llama3.1-70b', dialect: 'openai-chat' };
export const TARGETS: Target[] = [CLAUDE, NEW_CLAUDE, CLAUDE_ON_CHAT, GPT, LLAMA];

interface Answered {
  /** The request as Cortex got it. */
  sent: JsonObject;
  /** The answer as Cursor gets it. */
  stream: SseEvent[];
  notes: Note[];
}

export interface Cortex {
  /** @throws Error with the sandbox's refusal when the request was not taken */
  ask(body: JsonObject, target: Target): Promise<Answered>;
  close(): Promise<void>;
}

export async function startCortex(): Promise<Cortex> {
  const sandbox = await createCortexSandbox({ seed: 'cursor' });
  return {
    ask: (body, target) => ask(sandbox.url, body, target),
    close: () => sandbox.close(),
  };
}

async function ask(url: string, body: JsonObject, { model, dialect }: Target): Promise<Answered> {
  const capabilities = describeModel(model);
  const read = cursorDialectCodec.readRequest(body);
  const repaired = repairHistory({ ...read.request, stream: true }, historyRulesOf({ dialect, capabilities }));
  const marked = placeCacheMarks(repaired.request, { minTokens: 1, maxMarks: 4 });
  const lowered = lowerFreeform(marked);
  const onMessages = dialect === 'anthropic-messages';
  const { sent, reader, notes } = (onMessages ? askMessages : askChat)(lowered.request, model);
  const reply = await post(url, onMessages ? MESSAGES_PATH : CHAT_PATH, sent);
  if (reply.status !== 200) throw new Error(`the sandbox refused: ${reply.text}`);
  const writer = cursorDialectCodec.writer({ ...WRITER_OPTIONS, includeUsage: false, body });
  const answer = compose(compose(reader, raiseFreeform(lowered.names)), writer);
  return {
    sent,
    stream: [...toEvents(reply.text).flatMap((event) => answer.push(event)), ...answer.end()],
    notes: [...read.notes, ...repaired.notes, ...notes],
  };
}

interface AskedUpstream {
  sent: JsonObject;
  reader: Transducer<SseEvent, StreamEvent>;
  notes: Note[];
}

function askMessages(request: Parameters<typeof anthropicMessages.writeRequest>[0], model: string): AskedUpstream {
  const capabilities = describeModel(model);
  const { body, reading, notes } = anthropicMessages.writeRequest(request, { model, capabilities });
  return { sent: body, reader: anthropicMessages.reader(reading), notes };
}

function askChat(request: Parameters<typeof openaiChatUpstream.writeRequest>[0], model: string): AskedUpstream {
  const capabilities = describeModel(model);
  const target = { provider: 'cortex' as const, model, capabilities, disabledMends: [] };
  const written = openaiChatUpstream.writeRequest(request, { model, capabilities });
  const mended = mendRequest(written.body, target);
  const mend = mendStream(target, { ...WRITER_OPTIONS, reading: mended.reading });
  return {
    sent: mended.body,
    reader: compose(mend, openaiChatUpstream.reader(written.reading)),
    notes: [...written.notes, ...mended.notes],
  };
}
