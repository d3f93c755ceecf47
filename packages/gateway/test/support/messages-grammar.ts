// What a stream of Anthropic Messages must be for every client to understand it.
import { isObject, type JsonObject } from '../../src/ir/json.ts';
import type { SseEvent } from '../../src/kit/sse.ts';

const STOP_REASONS = new Set([
  'end_turn',
  'tool_use',
  'max_tokens',
  'model_context_window_exceeded',
  'stop_sequence',
  'refusal',
  'pause_turn',
]);
const COUNTS = ['input_tokens', 'cache_creation_input_tokens', 'cache_read_input_tokens', 'output_tokens'];
/** Which deltas a block of each type takes. Blocks of other types come whole, or with any delta. */
const DELTAS: Record<string, readonly string[]> = {
  text: ['text_delta', 'citations_delta'],
  thinking: ['thinking_delta', 'signature_delta'],
  redacted_thinking: [],
  tool_use: ['input_json_delta'],
};

/**
 * The first thing that is wrong with a stream, or undefined when it is legal: the events of one message
 * that ends in `message_stop`, or in an `error` event with nothing after it.
 */
export function checkMessagesStream(stream: string | SseEvent[]): string | undefined {
  const events = typeof stream === 'string' ? parseSse(stream) : stream;
  if (typeof events === 'string') return events;
  const check = new Check();
  for (const [position, event] of events.entries()) {
    const wrong = check.see(event);
    if (wrong !== undefined) return `event ${position}: ${wrong}`;
  }
  return check.end();
}

interface OpenBlock {
  type: string;
  deltas: number;
  json: string;
  signed: boolean;
}

class Check {
  #phase: 'begin' | 'content' | 'stopped' | 'over' = 'begin';
  #blocks = 0;
  #calls = 0;
  #open: OpenBlock | undefined;
  /** Arguments of finished calls that are no JSON. */
  #brokenCalls = 0;
  /** Thoughts without a signature, which only one that was cut off may lack. */
  #unsigned = 0;

  see({ event, data }: SseEvent): string | undefined {
    if (this.#phase === 'over') return 'something follows the end';
    if (event === undefined) return 'an event without a name, which SDKs pass over';
    const body = parse(data);
    if (body === undefined) return 'the data is not a JSON object';
    if (body.type !== event) return `the event ${event} has data of type ${JSON.stringify(body.type)}`;
    switch (event) {
      case 'ping':
        return undefined;
      case 'error':
        return this.#error(body);
      case 'message_start':
        return this.#start(body.message);
      case 'content_block_start':
        return this.#openBlock(body);
      case 'content_block_delta':
        return this.#delta(body);
      case 'content_block_stop':
        return this.#closeBlock(body);
      case 'message_delta':
        return this.#messageDelta(body);
      case 'message_stop':
        if (this.#phase !== 'stopped') return 'message_stop before message_delta';
        this.#phase = 'over';
        return undefined;
      default:
        return this.#phase === 'begin' ? `${event} before message_start` : undefined;
    }
  }

  end(): string | undefined {
    return this.#phase === 'over' ? undefined : 'the stream ends without message_stop and without an error';
  }

  #error({ error, request_id: requestId }: JsonObject): string | undefined {
    this.#phase = 'over';
    if (!isObject(error) || typeof error.message !== 'string' || error.message === '')
      return 'the error has no message';
    if (typeof error.type !== 'string') return 'the error has no type';
    return typeof requestId === 'string' ? undefined : 'the error has no request_id';
  }

  #start(message: unknown): string | undefined {
    if (this.#phase !== 'begin') return 'a second message_start';
    this.#phase = 'content';
    if (!isObject(message)) return 'message_start without a message';
    if (typeof message.id !== 'string' || !message.id.startsWith('msg_')) return 'the id does not begin with msg_';
    if (message.type !== 'message' || message.role !== 'assistant') return 'the message has the wrong type or role';
    if (typeof message.model !== 'string' || message.model === '') return 'no model';
    if (!Array.isArray(message.content) || message.content.length > 0) return 'the message does not start empty';
    if (message.stop_reason !== null || message.stop_sequence !== null) return 'the message starts stopped';
    return checkUsage(message.usage, COUNTS);
  }

  #openBlock({ index, content_block: block }: JsonObject): string | undefined {
    if (this.#phase !== 'content') return 'a block outside the content';
    if (this.#open !== undefined) return 'a block inside another';
    if (index !== this.#blocks) return `block ${JSON.stringify(index)} follows block ${this.#blocks - 1}`;
    if (!isObject(block) || typeof block.type !== 'string') return 'a block without a type';
    this.#open = { type: block.type, deltas: 0, json: '', signed: false };
    switch (block.type) {
      case 'text':
        return block.text === '' ? undefined : 'text that does not start empty';
      case 'thinking':
        return block.thinking === '' && block.signature === '' ? undefined : 'thinking that does not start empty';
      case 'redacted_thinking':
        return typeof block.data === 'string' && block.data !== '' ? undefined : 'redacted thinking without data';
      case 'tool_use':
        this.#calls += 1;
        if (typeof block.id !== 'string' || block.id === '') return 'a call without an id';
        if (typeof block.name !== 'string' || block.name === '') return 'a call without a name';
        return isObject(block.input) && Object.keys(block.input).length === 0
          ? undefined
          : 'a call does not start with an empty input';
      default:
        return undefined;
    }
  }

  #delta({ index, delta }: JsonObject): string | undefined {
    if (this.#open === undefined || index !== this.#blocks) return 'a delta to a block that is not open';
    if (!isObject(delta) || typeof delta.type !== 'string') return 'a delta without a type';
    const known = Object.values(DELTAS).flat().includes(delta.type);
    if (known && DELTAS[this.#open.type]?.includes(delta.type) === false)
      return `a ${delta.type} in a block of type ${this.#open.type}`;
    if (this.#open.signed) return 'a delta after the signature';
    this.#open.deltas += 1;
    switch (delta.type) {
      case 'text_delta':
        return typeof delta.text === 'string' && delta.text !== '' ? undefined : 'a text_delta without text';
      case 'thinking_delta':
        return typeof delta.thinking === 'string' ? undefined : 'a thinking_delta without text';
      case 'signature_delta':
        this.#open.signed = true;
        return typeof delta.signature === 'string' && delta.signature !== '' ? undefined : 'an empty signature';
      case 'input_json_delta':
        if (typeof delta.partial_json !== 'string') return 'an input_json_delta without partial_json';
        this.#open.json += delta.partial_json;
        return undefined;
      default:
        return undefined;
    }
  }

  #closeBlock({ index }: JsonObject): string | undefined {
    const open = this.#open;
    if (open === undefined || index !== this.#blocks) return 'the end of a block that is not open';
    this.#open = undefined;
    this.#blocks += 1;
    if (open.type === 'text' && open.deltas === 0) return 'a text block without text';
    if (open.type === 'thinking' && !open.signed) this.#unsigned += 1;
    if (open.type !== 'tool_use') return undefined;
    if (open.deltas === 0) return 'a call without an input_json_delta';
    // A call without arguments may say nothing at all: so Anthropic does, and clients take it for {}.
    if (open.json !== '' && parse(open.json) === undefined) this.#brokenCalls += 1;
    return undefined;
  }

  #messageDelta({ delta, usage }: JsonObject): string | undefined {
    if (this.#phase !== 'content') return 'message_delta out of place';
    if (this.#open !== undefined) return 'message_delta inside a block';
    this.#phase = 'stopped';
    if (!isObject(delta)) return 'message_delta without a delta';
    const reason = delta.stop_reason;
    if (typeof reason !== 'string' || !STOP_REASONS.has(reason)) return `stop_reason is ${JSON.stringify(reason)}`;
    if (reason === 'tool_use' && this.#calls === 0) return 'tool_use without a call';
    if (reason === 'end_turn' && this.#calls > 0) return 'end_turn after a call';
    if (reason === 'tool_use' && this.#brokenCalls > 0) return 'a call whose arguments are no JSON object';
    if (reason !== 'max_tokens' && this.#unsigned > 0) return 'a thought without a signature';
    if (delta.stop_sequence !== null && typeof delta.stop_sequence !== 'string') return 'stop_sequence is no text';
    return checkUsage(usage, ['output_tokens']);
  }
}

function checkUsage(usage: unknown, counts: readonly string[]): string | undefined {
  if (!isObject(usage)) return 'no usage';
  const missing = counts.find((count) => !Number.isInteger(usage[count]));
  return missing === undefined ? undefined : `usage has no ${missing}`;
}

/** Keep-alives in the form of comments are passed over; anything else that is not `event:` and `data:` is wrong. */
function parseSse(text: string): SseEvent[] | string {
  if (text !== '' && !text.endsWith('\n\n')) return 'the last event has no blank line after it';
  const blocks = text.split('\n\n').filter((block) => block !== '' && !block.startsWith(':'));
  const events = blocks.map((block) => {
    const [, event, data] = /^event: (\S+)\ndata: ([^\n]*)$/.exec(block) ?? [];
    return event === undefined || data === undefined ? undefined : { event, data };
  });
  const wrong = events.indexOf(undefined);
  return wrong === -1
    ? events.filter((event) => event !== undefined)
    : `event ${wrong} is not one event line and one data line`;
}

function parse(data: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(data);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
