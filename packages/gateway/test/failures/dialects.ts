/** One small question in each client dialect, and where each says what went wrong. */
import type { JsonObject } from '../../src/ir/json.ts';

interface ToldError {
  type: string;
  code: string | null;
  message: string;
  snowflakeRequestId: string | undefined;
}

export interface AskingDialect {
  name: string;
  path: string;
  body(text: string, stream: boolean): JsonObject;
  error(body: JsonObject): ToldError;
  /** Only the dialect of Anthropic has no codes, and hands refusals on in Anthropic's own words. */
  anthropic: boolean;
  /** What a stream that succeeded ends with; one that failed must not have it. */
  finished: RegExp;
}

interface ErrorBody {
  error: { type: string; code?: string | null; message: string; snowflake_request_id?: string };
  snowflake_request_id?: string;
}

const openaiError = (body: JsonObject): ToldError => {
  const { type, code = null, message, snowflake_request_id: snowflakeRequestId } = (body as object as ErrorBody).error;
  return { type, code, message, snowflakeRequestId };
};

const chat = (name: string, model: string): AskingDialect => ({
  name,
  path: '/v1/chat/completions',
  body: (text, stream) => ({ model, stream, messages: [{ role: 'user', content: text }] }),
  error: openaiError,
  anthropic: false,
  finished: /^data: \[DONE\]$/m,
});

export const DIALECTS: readonly AskingDialect[] = [
  chat('Chat Completions on Claude', 'claude-sonnet-4-6'),
  chat('Chat Completions on Llama', 'llama3.1-8b'),
  {
    name: 'Messages',
    path: '/v1/messages',
    body: (text, stream) => ({
      model: 'claude-sonnet-4-6',
      stream,
      max_tokens: 1024,
      messages: [{ role: 'user', content: text }],
    }),
    error(body) {
      const { error, snowflake_request_id: snowflakeRequestId } = body as object as ErrorBody;
      return { type: error.type, code: null, message: error.message, snowflakeRequestId };
    },
    anthropic: true,
    finished: /^event: message_stop$/m,
  },
  {
    name: 'Responses',
    path: '/v1/responses',
    body: (text, stream) => ({ model: 'claude-sonnet-4-6', stream, input: text }),
    error: openaiError,
    anthropic: false,
    finished: /^event: response\.completed$/m,
  },
];
