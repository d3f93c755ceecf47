/** The streaming answer, IR events → chat chunks. */
import type { StopReason, StreamEvent } from '../../ir/event.ts';
import type { JsonObject } from '../../ir/json.ts';
import type { Part } from '../../ir/request.ts';
import type { Transducer } from '../../ir/transducer.ts';
import { mergeUsage, type Usage } from '../../ir/usage.ts';
import type { SseEvent } from '../../kit/sse.ts';
import type { WriterOptions } from '../codec.ts';
import { chooseId } from './answer-id.ts';
import { cutError, writeErrorEvents } from '../openai-error.ts';
import { nestedCustomNames } from './custom-tools.ts';
import { lowerToFunctionCall } from './legacy-functions.ts';
import { gainOf, type OpenPart, OpenParts } from './open-parts.ts';
import { writeFinishReason } from './stop.ts';
import { writeReasoningDetail } from './thinking.ts';
import { writeChatUsage } from './usage.ts';
import type { ChatChunk, ChunkDelta, FinishReason } from './wire.ts';

/**
 * Role first, one contiguous index per tool call, one finish reason, usage only when asked for, then
 * `[DONE]`. Input that ends without its end becomes an error event, never a finish reason.
 */
export function streamWriter(options: WriterOptions): Transducer<StreamEvent, SseEvent> {
  const writing = new Writing(options);
  return { push: (event) => writing.push(event), end: () => writing.end() };
}

class Writing {
  readonly #options: WriterOptions;
  readonly #parts: OpenParts;
  #id: string;
  #begun = false;
  #over = false;
  #usage: Usage | undefined;
  #stop: StopReason | undefined;

  constructor(options: WriterOptions) {
    this.#options = options;
    this.#parts = new OpenParts(nestedCustomNames(options.body));
    this.#id = options.id;
  }

  push(event: StreamEvent): SseEvent[] {
    if (this.#over) return [];
    switch (event.type) {
      case 'start':
        this.#id = chooseId(event.id, this.#options.id);
        return this.#begin();
      case 'open':
        return [...this.#begin(), ...this.#open(event.part, this.#parts.open(event.at, event.part))];
      case 'delta':
        return this.#delta(event);
      case 'close':
        return this.#close(this.#parts.at(event.at));
      case 'usage':
        this.#usage = mergeUsage(this.#usage, event.usage);
        return [];
      case 'stop':
        this.#stop = event.reason;
        return [];
      case 'end':
        return this.#finish();
      case 'error':
        this.#over = true;
        return writeErrorEvents(event.error, this.#options.requestId);
      case 'ping':
      case 'note':
      case 'opaque':
        return [];
    }
  }

  end(): SseEvent[] {
    return this.#over ? [] : writeErrorEvents(cutError(), this.#options.requestId);
  }

  #begin(): SseEvent[] {
    if (this.#begun) return [];
    this.#begun = true;
    return [this.#chunk({ role: 'assistant', content: '' })];
  }

  #open(part: Part, opened: OpenPart | undefined): SseEvent[] {
    if (opened === undefined) return [];
    if (opened.kind !== 'tool-call') return 'text' in part ? this.#say(opened, part.text) : [];
    if (part.kind !== 'tool-call') return [];
    const { id, name, args } = part;
    const call = opened.custom
      ? { index: opened.index, id, type: 'custom' as const, custom: { name, input: '' } }
      : { index: opened.index, id, type: 'function' as const, function: { name, arguments: '' } };
    return [this.#chunk({ tool_calls: [call] }), ...this.#say(opened, args)];
  }

  #delta({ at, delta }: Extract<StreamEvent, { type: 'delta' }>): SseEvent[] {
    const part = this.#parts.at(at);
    if (part === undefined) return [];
    if (part.kind === 'thinking' && 'seal' in delta) part.seal = delta.seal;
    return this.#say(part, gainOf(part, delta));
  }

  /** Tells a piece of text, of a thought or of arguments, and keeps what the part's end will need of it. */
  #say(part: OpenPart, piece: string): SseEvent[] {
    if (piece === '') return [];
    switch (part.kind) {
      case 'thinking':
        part.text += piece;
        return [this.#chunk({ reasoning_content: piece })];
      case 'text':
        return [this.#chunk(part.refusal ? { refusal: piece } : { content: piece })];
      case 'tool-call':
        part.hasArguments = true;
        return [this.#chunk({ tool_calls: [writePiece(part, piece)] })];
    }
  }

  #close(part: OpenPart | undefined): SseEvent[] {
    // Clients parse the arguments of a call that has none too: "" is not JSON.
    if (part?.kind === 'tool-call') return part.hasArguments || part.custom ? [] : this.#say(part, '{}');
    if (part?.kind !== 'thinking') return [];
    const detail = writeReasoningDetail(part, part.index);
    return detail === undefined ? [] : [this.#chunk({ reasoning_details: [detail] })];
  }

  #finish(): SseEvent[] {
    this.#over = true;
    const usage = this.#options.includeUsage ? writeChatUsage(this.#usage) : undefined;
    const last =
      usage === undefined
        ? []
        : [{ data: JSON.stringify({ ...this.#head(), choices: [], usage } satisfies ChatChunk) }];
    const reason = writeFinishReason(this.#stop ?? 'unknown', this.#parts.hasCalls);
    return [...this.#begin(), this.#chunk({}, reason), ...last, { data: '[DONE]' }];
  }

  #chunk(delta: ChunkDelta, finishReason: FinishReason | null = null): SseEvent {
    const choice = { index: this.#options.choiceIndex, delta, finish_reason: finishReason };
    const chunk: ChatChunk = { ...this.#head(), choices: [choice] };
    if (this.#options.legacyFunctions === true) lowerToFunctionCall(chunk satisfies JsonObject);
    return { data: JSON.stringify(chunk) };
  }

  #head(): Omit<ChatChunk, 'choices'> {
    const { createdAt, model } = this.#options;
    return { id: this.#id, object: 'chat.completion.chunk', created: createdAt, model };
  }
}

function writePiece({ index, custom }: Extract<OpenPart, { kind: 'tool-call' }>, piece: string) {
  return custom ? { index, custom: { input: piece } } : { index, function: { arguments: piece } };
}
