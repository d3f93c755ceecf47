// What a stream of OpenAI Responses must be for every client to understand it.
import { isDeepStrictEqual } from 'node:util';
import { isObject, type Json, type JsonObject } from '../../src/ir/json.ts';
import { type SseEvent, sseReader } from '../../src/kit/sse.ts';

const TERMINAL = new Set(['response.completed', 'response.incomplete', 'response.failed']);

/** The field that a call's arguments stand in. */
const ARGUMENTS: Record<string, string> = { function_call: 'arguments', custom_tool_call: 'input' };

/**
 * The first thing that is wrong with a stream, or undefined when it is legal: one answer from
 * `response.created` to its one terminal event, in which everything that begins is told whole and done.
 * Only `response.failed` may leave items unfinished.
 */
export function checkResponseStream(stream: string | SseEvent[]): string | undefined {
  const events = typeof stream === 'string' ? parseSse(stream) : stream;
  const check = new Check();
  for (const [position, event] of events.entries()) {
    const wrong = check.see(event, position);
    if (wrong !== undefined) return `event ${position} (${event.event ?? 'without name'}): ${wrong}`;
  }
  return check.end();
}

/** The response that a legal stream ends in. */
export function finalResponse(stream: SseEvent[]): JsonObject {
  const last = parse(stream.at(-1)?.data ?? '');
  if (!isObject(last?.response)) throw new Error('The stream does not end in a response.');
  return last.response;
}

interface Piece {
  text: string;
  part: JsonObject;
  over: boolean;
}

interface Item {
  item: JsonObject;
  /** Content parts of a message, summary parts of a thought, or the one run of arguments of a call. */
  pieces: Piece[];
  done?: JsonObject;
}

class Check {
  readonly #items: Item[] = [];
  #id: Json | undefined;
  #over = false;

  see({ event, data }: SseEvent, position: number): string | undefined {
    if (this.#over) return 'something follows the end';
    const body = parse(data);
    if (body === undefined) return 'the data is not a JSON object';
    const { type } = body;
    if (typeof type !== 'string' || type !== event) return `the event line says ${event}, the data ${show(type)}`;
    if (body.sequence_number !== position) return `sequence_number is ${show(body.sequence_number)}`;
    if (position === 0 && type !== 'response.created') return 'the first event is not response.created';
    if (isObject(body.response)) return this.#lifecycle(type, body.response, position);
    if (position < 2) return 'content before response.in_progress';
    return this.#inside(type, body);
  }

  end(): string | undefined {
    return this.#over ? undefined : 'the stream ends without a terminal event';
  }

  #lifecycle(type: string, response: JsonObject, position: number): string | undefined {
    const { id, object, status, output, created_at: createdAt, model } = response;
    this.#id ??= id;
    if (typeof id !== 'string' || !id.startsWith('resp_') || id !== this.#id) return `the id is ${show(id)}`;
    if (object !== 'response' || typeof createdAt !== 'number' || typeof model !== 'string')
      return 'no response object';
    if (!Array.isArray(output)) return 'output is no array';
    if (!TERMINAL.has(type)) {
      const expected = ['response.created', 'response.in_progress'][position];
      return type === expected && status === 'in_progress' && output.length === 0 ? undefined : 'out of place';
    }
    this.#over = true;
    if (`response.${show(status)}` !== type) return `the status is ${show(status)}`;
    return this.#outcome(type, response) ?? this.#output(type, output) ?? checkUsage(response.usage);
  }

  #outcome(type: string, { error, incomplete_details: details }: JsonObject): string | undefined {
    if (type === 'response.failed') {
      const told = isObject(error) && typeof error.code === 'string' && typeof error.message === 'string';
      return told && error.message !== '' ? undefined : 'the error lacks a code or a message';
    }
    if (error !== null) return 'an error in an answer that did not fail';
    const reason = isObject(details) ? details.reason : details;
    if (type === 'response.completed') return reason === null ? undefined : 'a complete answer says why it is not';
    return reason === 'max_output_tokens' || reason === 'content_filter' ? undefined : `the reason is ${show(reason)}`;
  }

  #output(type: string, output: Json[]): string | undefined {
    if (output.length !== this.#items.length)
      return `output has ${output.length} items, ${this.#items.length} were added`;
    for (const [index, { item, done }] of this.#items.entries()) {
      const last = output[index];
      if (done !== undefined && !isDeepStrictEqual(last, done)) return `output[${index}] is not what was done`;
      if (done === undefined && type !== 'response.failed') return `item ${index} is not done`;
      if (!isObject(last) || last.id !== item.id) return `output[${index}] has another id`;
    }
    return undefined;
  }

  #inside(type: string, body: JsonObject): string | undefined {
    const index = body.output_index;
    if (typeof index !== 'number') return 'no output_index';
    if (type === 'response.output_item.added') return this.#add(index, body.item);
    const entry = this.#items[index];
    if (entry === undefined) return `item ${index} was not added`;
    if (entry.done !== undefined) return `item ${index} is done already`;
    if (type === 'response.output_item.done') return this.#done(entry, body.item);
    if (body.item_id !== entry.item.id) return `item ${index} has another id`;
    return seePiece(type, body, entry);
  }

  #add(index: number, item: Json | undefined): string | undefined {
    if (index !== this.#items.length) return `item ${index} begins before item ${this.#items.length}`;
    if (!isObject(item) || typeof item.type !== 'string') return 'no item';
    if (typeof item.id !== 'string' || item.id === '') return 'an item without an id';
    if (this.#items.some((other) => other.item.id === item.id)) return 'an id twice';
    const isCall = item.type.endsWith('_call');
    if (isCall && (typeof item.call_id !== 'string' || item.call_id === '')) return 'a call without a call_id';
    const said = [item.content, item.summary].some((parts) => Array.isArray(parts) && parts.length > 0);
    const args = ARGUMENTS[item.type];
    if (said || (args !== undefined && item[args] !== '')) return 'an item that is begun and told at once';
    this.#items.push({ item, pieces: [] });
    return undefined;
  }

  #done(entry: Item, item: Json | undefined): string | undefined {
    if (!isObject(item) || item.id !== entry.item.id || item.type !== entry.item.type)
      return 'another item than was added';
    if (item.call_id !== entry.item.call_id || item.name !== entry.item.name) return 'another call than was added';
    if (entry.pieces.some((piece) => !piece.over)) return 'a part of it is not done';
    entry.done = item;
    const args = typeof item.type === 'string' ? ARGUMENTS[item.type] : undefined;
    if (args !== undefined) {
      if (item[args] !== entry.pieces[0]?.text) return `its ${args} are not what was streamed`;
      return item.type === 'function_call' && item[args] === '' ? 'a function call without arguments' : undefined;
    }
    const parts = item.type === 'message' ? item.content : item.type === 'reasoning' ? item.summary : [];
    const streamed = entry.pieces.map(({ part }) => part);
    return isDeepStrictEqual(parts, streamed) ? undefined : 'its parts are not what was streamed';
  }
}

/** Which item an event belongs to, and what it does to a part of it. */
const PIECES: Record<
  string,
  { item: string; step: 'begin' | 'delta' | 'text' | 'part'; index?: string; field?: string }
> = {
  'response.content_part.added': { item: 'message', step: 'begin', index: 'content_index' },
  'response.output_text.delta': { item: 'message', step: 'delta', index: 'content_index', field: 'text' },
  'response.output_text.done': { item: 'message', step: 'text', index: 'content_index', field: 'text' },
  'response.refusal.delta': { item: 'message', step: 'delta', index: 'content_index', field: 'refusal' },
  'response.refusal.done': { item: 'message', step: 'text', index: 'content_index', field: 'refusal' },
  'response.content_part.done': { item: 'message', step: 'part', index: 'content_index' },
  'response.reasoning_summary_part.added': { item: 'reasoning', step: 'begin', index: 'summary_index' },
  'response.reasoning_summary_text.delta': { item: 'reasoning', step: 'delta', index: 'summary_index', field: 'text' },
  'response.reasoning_summary_text.done': { item: 'reasoning', step: 'text', index: 'summary_index', field: 'text' },
  'response.reasoning_summary_part.done': { item: 'reasoning', step: 'part', index: 'summary_index' },
  'response.function_call_arguments.delta': { item: 'function_call', step: 'delta' },
  'response.function_call_arguments.done': { item: 'function_call', step: 'text', field: 'arguments' },
  'response.custom_tool_call_input.delta': { item: 'custom_tool_call', step: 'delta' },
  'response.custom_tool_call_input.done': { item: 'custom_tool_call', step: 'text', field: 'input' },
};

function seePiece(type: string, body: JsonObject, { item, pieces }: Item): string | undefined {
  const rule = PIECES[type];
  if (rule === undefined) return 'an event that nobody knows';
  if (rule.item !== item.type) return `it belongs to a ${rule.item}, not to a ${show(item.type)}`;
  const isCall = rule.index === undefined;
  const index = isCall ? 0 : Number(body[rule.index!]);
  if (rule.step === 'begin') {
    if (index !== pieces.length || !isObject(body.part)) return `part ${index} begins before part ${pieces.length}`;
    pieces.push({ text: '', part: body.part, over: false });
    return undefined;
  }
  if (isCall) pieces[0] ??= { text: '', part: {}, over: false };
  const piece = pieces[index];
  if (piece === undefined || piece.over) return `part ${index} is not open`;
  return takeStep(rule.step, isCall, rule.field, body, piece);
}

function takeStep(
  step: 'delta' | 'text' | 'part',
  isCall: boolean,
  field: string | undefined,
  body: JsonObject,
  piece: Piece,
): string | undefined {
  if (step === 'delta') {
    if (typeof body.delta !== 'string' || body.delta === '') return 'a delta without text';
    if (!isCall && typeof piece.part[field!] !== 'string') return `a part without ${field}`;
    piece.text += body.delta;
    return undefined;
  }
  if (step === 'text') {
    piece.over = isCall;
    return body[field!] === piece.text ? undefined : 'the whole is not the sum of the deltas';
  }
  piece.over = true;
  if (!isObject(body.part) || (body.part.text ?? body.part.refusal) !== piece.text)
    return 'the part is not what was streamed';
  piece.part = body.part;
  return undefined;
}

function checkUsage(usage: Json | undefined): string | undefined {
  if (usage === null) return undefined;
  if (!isObject(usage)) return 'usage is neither an object nor null';
  const { input_tokens: input, output_tokens: output, total_tokens: total } = usage;
  if (typeof input !== 'number' || typeof output !== 'number' || total !== input + output)
    return 'usage does not add up';
  const details = [usage.input_tokens_details, usage.output_tokens_details];
  return details.every(isObject) ? undefined : 'usage lacks its details';
}

function show(value: Json | undefined): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function parseSse(text: string): SseEvent[] {
  const reader = sseReader();
  return [...reader.push(new TextEncoder().encode(text)), ...reader.end()];
}

function parse(data: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(data);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
