/** IR events → the events of a response, and the response they add up to. */
import type { GatewayError } from '../../errors/error.ts';
import type { StopReason, StreamEvent } from '../../ir/event.ts';
import type { Part } from '../../ir/request.ts';
import { mergeUsage, type Usage } from '../../ir/usage.ts';
import type { WriterOptions } from '../codec.ts';
import { cutError } from '../openai-error.ts';
import { openCall } from './call-part.ts';
import { writeResponseError } from './errors.ts';
import { wantsSeals } from './options.ts';
import { Output, type PartWriter } from './output.ts';
import { beginResponse } from './response-body.ts';
import { TextWriter } from './text-part.ts';
import { ThinkingWriter } from './thinking-part.ts';
import { ToolTable } from './tool-table.ts';
import { writeUsage } from './usage.ts';
import type { ResponseBody, ResponseEvent } from './wire.ts';

/** One answer. What comes after its end is ignored. */
export class Answer {
  readonly #options: WriterOptions;
  readonly #table: ToolTable;
  readonly #sealed: boolean;
  readonly #output: Output;
  readonly #parts = new Map<number, PartWriter>();
  readonly #callIds = new Set<string>();
  #response: ResponseBody;
  #begun = false;
  #usage: Usage | undefined;
  #stop: StopReason = 'unknown';
  #error: GatewayError | undefined;

  constructor(options: WriterOptions) {
    this.#options = options;
    this.#table = new ToolTable(options.body ?? {});
    this.#sealed = wantsSeals(options.body);
    this.#response = beginResponse(options);
    this.#output = new Output(this.#response.id);
  }

  get isOver(): boolean {
    return this.#response.status !== 'in_progress';
  }

  /** The response so far; whole once the answer is over. */
  get response(): ResponseBody {
    return this.#response;
  }

  /** Set when the answer failed. */
  get error(): GatewayError | undefined {
    return this.#error;
  }

  push(event: StreamEvent): ResponseEvent[] {
    if (this.isOver) return [];
    switch (event.type) {
      case 'start':
        return this.#begin();
      case 'open':
        return [...this.#begin(), ...this.#open(event.at, event.part)];
      case 'delta':
        return this.#parts.get(event.at)?.take(event.delta) ?? [];
      case 'close':
        return this.#parts.get(event.at)?.close() ?? [];
      case 'usage':
        this.#usage = mergeUsage(this.#usage, event.usage);
        return [];
      case 'stop':
        this.#stop = event.reason;
        return [];
      case 'end':
        return this.#finish();
      case 'error':
        return this.#fail(event.error);
      case 'ping':
      case 'note':
      case 'opaque':
        return [];
    }
  }

  /** The input is over: without an end of its own the answer was cut. */
  end(): ResponseEvent[] {
    return this.isOver ? [] : this.#fail(cutError());
  }

  #begin(): ResponseEvent[] {
    if (this.#begun) return [];
    this.#begun = true;
    const response = this.#response;
    return [
      { type: 'response.created', response },
      { type: 'response.in_progress', response },
    ];
  }

  #open(at: number, part: Part): ResponseEvent[] {
    const opened = this.#openPart(part);
    if (opened === undefined) return [];
    this.#parts.set(at, opened.writer);
    return [...opened.events, ...takeWhole(opened.writer, part)];
  }

  /** Parts that the dialect has no place for (server tools, media) are passed over. */
  #openPart(part: Part): { writer: PartWriter; events: ResponseEvent[] } | undefined {
    switch (part.kind) {
      case 'text':
        return { writer: new TextWriter(this.#output, isRefusal(part)), events: [] };
      case 'thinking':
        return ThinkingWriter.open(this.#output, this.#sealed, part.seal);
      case 'tool-call':
        return openCall(this.#output, { ...part, id: this.#freeCallId(part.id) }, this.#table.find(part.name));
      case 'media':
      case 'tool-result':
      case 'opaque':
        return undefined;
    }
  }

  /** Weak models number every call the same; the official SDK breaks off at the second of one id. */
  #freeCallId(id: string): string {
    let free = id;
    for (let number = 2; this.#callIds.has(free); number += 1) free = `${id}_${number}`;
    this.#callIds.add(free);
    return free;
  }

  #finish(): ResponseEvent[] {
    const reason = incompleteReason(this.#stop);
    const status = reason === undefined ? 'completed' : 'incomplete';
    const events = [...this.#begin(), ...this.#output.settle(status)];
    this.#response = {
      ...this.#response,
      status,
      incomplete_details: reason === undefined ? null : { reason },
      output: this.#output.snapshot(),
      usage: writeUsage(this.#usage),
    };
    return [...events, { type: `response.${status}`, response: this.#response }];
  }

  #fail(error: GatewayError): ResponseEvent[] {
    const events = this.#begin();
    this.#error = error;
    this.#response = {
      ...this.#response,
      status: 'failed',
      error: writeResponseError(error, this.#options.requestId),
      output: this.#output.snapshot(),
      usage: writeUsage(this.#usage),
    };
    return [...events, { type: 'response.failed', response: this.#response }];
  }
}

/** What a part said already when it was opened, as the parts of unary answers do. */
function takeWhole(writer: PartWriter, part: Part): ResponseEvent[] {
  if (part.kind === 'text') return writer.take({ text: part.text });
  if (part.kind === 'thinking') return writer.take({ thinking: part.text });
  return part.kind === 'tool-call' ? writer.take({ args: part.args }) : [];
}

/** An upstream of any dialect may mark a text as a refusal. */
function isRefusal({ ext = {} }: Part & { kind: 'text' }): boolean {
  return Object.values(ext).some((fields) => fields?.refusal === true);
}

function incompleteReason(stop: StopReason): 'max_output_tokens' | 'content_filter' | undefined {
  if (stop === 'length') return 'max_output_tokens';
  return stop === 'refusal' || stop === 'filtered' ? 'content_filter' : undefined;
}
