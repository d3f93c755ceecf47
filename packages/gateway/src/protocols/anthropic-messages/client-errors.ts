/** Errors as Anthropic's clients read them. */
import type { GatewayError } from '../../errors/error.ts';
import { ERRORS, type ErrorKind } from '../../errors/table.ts';
import type { SseEvent } from '../../kit/sse.ts';
import type { WireError } from './wire-answer.ts';

/** What Cortex wraps Anthropic's sentences in (docs/cortex-quirks.md#anthropic-text-wrapped). */
const WRAPPED = /^invalid request parameters: (".*")\.*$/s;
/** Claude Code compacts on the first, and asks for less on the second. */
const TOO_LONG = /prompt is too long|exceed context limit/i;
/** Refusals of a request that its sender can read. */
const OWN_WORDS: ReadonlySet<ErrorKind> = new Set(['invalid-request', 'output-limit']);
/** OpenAI's sentence: the window, then what was sent. */
const WINDOW_EXCEEDED =
  /maximum context length is ([\d,]+) tokens[\s\S]*?(?:resulted in|requested(?: about)?) ([\d,]+)/i;

/** Anthropic's error envelope, with the ids that this gateway's log and Snowflake's support know the request by. */
export function writeError(error: GatewayError, requestId: string): WireError {
  const { details, upstream } = error.detail;
  return {
    type: 'error',
    error: {
      type: ERRORS[error.kind].anthropic,
      message: messageOf(error),
      ...(details === undefined ? {} : { details }),
    },
    request_id: requestId,
    ...(upstream?.requestId === undefined ? {} : { snowflake_request_id: upstream.requestId }),
  };
}

/** The last event of a stream that failed. No `message_stop` follows: that would say the answer is complete. */
export function writeErrorEvents(error: GatewayError, requestId: string): SseEvent[] {
  return [{ event: 'error', data: JSON.stringify(writeError(error, requestId)) }];
}

/**
 * Agents heal themselves from what Anthropic says of a bad request: they compact on `prompt is too long:
 * N tokens > M maximum` and leave out a field that is refused by name. So these reach them in the
 * upstream's own words, and an overflow that another vendor worded is put into Anthropic's.
 */
function messageOf({ kind, publicMessage, detail }: GatewayError): string {
  const said = detail.upstream?.message === undefined ? undefined : unwrap(detail.upstream.message);
  if (OWN_WORDS.has(kind)) return said ?? publicMessage;
  if (kind !== 'context-overflow') return publicMessage;
  if (said !== undefined && TOO_LONG.test(said)) return said;
  const [, window, sent] = WINDOW_EXCEEDED.exec(said ?? publicMessage) ?? [];
  if (window !== undefined && sent !== undefined) {
    return `prompt is too long: ${sent.replaceAll(',', '')} tokens > ${window.replaceAll(',', '')} maximum`;
  }
  return TOO_LONG.test(publicMessage) ? publicMessage : `prompt is too long: ${publicMessage}`;
}

function unwrap(message: string): string {
  const quoted = WRAPPED.exec(message)?.[1];
  if (quoted === undefined) return message.replace(/^invalid request parameters: /, '');
  try {
    const text: unknown = JSON.parse(quoted);
    return typeof text === 'string' ? text : message;
  } catch {
    return quoted.slice(1, -1);
  }
}
