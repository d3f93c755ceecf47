import type { JsonObject } from '../ir/json.ts';
import type { Effort } from '../ir/request.ts';
import { SSE_KEEP_ALIVE } from '../kit/sse.ts';
import type { GatewayError } from '../errors/error.ts';
import { parseBody } from './client-request.ts';
import {
  cursorDialectCodec,
  cursorErrors,
  explainProbe,
  isCursorAgent,
  sniffCursor,
} from '../protocols/cursor/index.ts';
import { anthropicMessagesClient } from '../protocols/anthropic-messages/client.ts';
import { openaiChat } from '../protocols/openai-chat/index.ts';
import { openaiCompletions, splitPrompts } from '../protocols/openai-completions/index.ts';
import { openaiResponses } from '../protocols/openai-responses/index.ts';
import { responseHistory } from './response-history.ts';
import type { ClientDialect } from './exchange.ts';

/** The protocols that clients may speak, each with what the exchange needs to know of it. */

/** Everything on the chat path that is not plain chat completions: Cursor posts three protocols there, and mixtures. */
const CURSOR: ClientDialect = {
  name: 'cursor',
  codec: cursorDialectCodec,
  idPrefix: 'chatcmpl-',
  keepAlive: SSE_KEEP_ALIVE,
  manyChoices: false,
};

export const CHAT: ClientDialect = {
  name: 'openai-chat',
  codec: openaiChat,
  idPrefix: 'chatcmpl-',
  keepAlive: SSE_KEEP_ALIVE,
  manyChoices: true,
  sniff({ body, spans, headers, path }) {
    if (sniffCursor(body, spans)) return CURSOR;
    return isCursorAgent(headers['user-agent']) || path.startsWith('/cursor') ? CURSOR_CHAT : CHAT;
  },
  explainUnknownModel: explainToVerifyButton,
};

/** Plain chat completions from Cursor: only errors are told differently. */
const CURSOR_CHAT: ClientDialect = { ...CHAT, codec: { ...openaiChat, ...cursorErrors } };

/** Longest body that can be the two messages of Cursor's "Verify". */
const LONGEST_PROBE = 4_096;

function explainToVerifyButton(body: Buffer, model: string, names: readonly string[]): GatewayError | undefined {
  if (body.length > LONGEST_PROBE) return undefined;
  const ours = names.filter((name) => name.startsWith('cortex-'));
  return explainProbe(parseBody(body).messages, model, ours.length === 0 ? names : ours);
}

export const MESSAGES: ClientDialect = {
  name: 'anthropic-messages',
  codec: anthropicMessagesClient,
  idPrefix: 'msg_',
  keepAlive: 'event: ping\ndata: {"type": "ping"}\n\n',
  manyChoices: false,
};

export const RESPONSES: ClientDialect = {
  name: 'openai-responses',
  codec: openaiResponses,
  idPrefix: 'resp_',
  history: responseHistory,
  keepAlive: SSE_KEEP_ALIVE,
  manyChoices: false,
};

export const COMPLETIONS: ClientDialect = {
  name: 'openai-completions',
  codec: openaiCompletions,
  idPrefix: 'cmpl-',
  split: splitPrompts,
  keepAlive: SSE_KEEP_ALIVE,
  manyChoices: true,
};

/** How each dialect says what an ending of the model name (`-high`) asks for. */
export function effortFields(effort: Effort, dialect: ClientDialect['name']): JsonObject {
  if (dialect === 'openai-chat') return { reasoning_effort: effort };
  if (dialect === 'anthropic-messages') {
    return effort === 'none'
      ? { thinking: { type: 'disabled' } }
      : { thinking: { type: 'adaptive' }, output_config: { effort } };
  }
  return { reasoning: { effort } };
}
