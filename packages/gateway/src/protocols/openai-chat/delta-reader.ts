/** What one delta of a streaming answer adds, as IR events. */
import type { StreamEvent } from '../../ir/event.ts';
import { isObject, type Json, type JsonObject } from '../../ir/json.ts';
import type { OpaquePart, Part, ThinkingPart } from '../../ir/request.ts';
import type { Seal } from '../../ir/seal.ts';
import type { ReaderOptions } from '../codec.ts';
import { CallReader } from './call-reader.ts';
import { readRichThoughts } from './thinking.ts';

/** The part that is being spoken. */
interface Spoken {
  kind: 'text' | 'refusal' | 'thinking';
  at: number;
  text: string;
}

/** One text or thought is open at a time; another one, or a call, closes it. */
export class DeltaReader {
  readonly #calls: CallReader;
  #spoken: Spoken | undefined;
  #positions = 0;
  /** The last thought that ended without a seal: one that comes late has no place any more. */
  #unsealed = '';

  /** @param answerId makes ids for calls that come without one */
  constructor({ toolNames }: ReaderOptions, answerId: () => string) {
    this.#calls = new CallReader({
      nameCall: (ordinal) => `call_${answerId().replace(/^chatcmpl-/, '')}_${ordinal}`,
      toolName: (wireName) => toolNames?.get(wireName) ?? wireName,
      nextPosition: () => this.#nextPosition(),
    });
  }

  get hasCalls(): boolean {
    return this.#calls.hasCalls;
  }

  /** Thoughts first, then words, then calls: the order in which models produce them. */
  read(delta: JsonObject): StreamEvent[] {
    const calls = Array.isArray(delta.tool_calls) ? delta.tool_calls.filter(isObject) : [];
    return [
      ...this.#readThoughts(delta),
      ...this.#speak('text', contentOf(delta.content)),
      ...this.#speak('refusal', textOf(delta.refusal)),
      ...[...calls, ...legacyCall(delta.function_call)].flatMap((call) => this.#readCall(call)),
    ];
  }

  /** Closes everything that is open. */
  close(): StreamEvent[] {
    return [...this.#endSpoken(), ...this.#calls.closeAll()];
  }

  /** Plain text and the rich form tell the same thought; where they differ the words are in the plain one. */
  #readThoughts(delta: JsonObject): StreamEvent[] {
    const plain = textOf(delta.reasoning_content) || textOf(delta.reasoning);
    const thoughts = readRichThoughts(delta).map(summaryAsThought);
    const told = thoughts.map((thought) => (thought.kind === 'thinking' ? thought.text : '')).join('');
    if (plain !== '' && plain !== told) {
      return [...this.#speak('thinking', plain), ...thoughts.flatMap((thought) => this.#readRich(thought, true))];
    }
    return thoughts.flatMap((thought) => this.#readRich(thought, false, plain === ''));
  }

  /** @param mayRepeat the text may be the whole thought again, sent for the sake of its seal */
  #readRich(thought: ThinkingPart | OpaquePart, alreadySaid: boolean, mayRepeat = false): StreamEvent[] {
    if (thought.kind === 'opaque') return [{ type: 'opaque', dialect: thought.dialect, value: thought.value }];
    const { text, seal } = thought;
    if (seal === undefined) return alreadySaid ? [] : this.#speak('thinking', text);
    const thinks = this.#spoken?.kind === 'thinking';
    if (mayRepeat && !thinks && text !== '' && text === this.#unsealed) return [LATE_SEAL];
    const repeats = mayRepeat && thinks && this.#spoken?.text === text;
    return [...(alreadySaid || repeats ? [] : this.#speak('thinking', text)), ...this.#seal(seal)];
  }

  /** A seal ends its thought. One without a thought before it seals hidden words. */
  #seal(seal: Seal): StreamEvent[] {
    const { events, at } = this.#begin('thinking', { kind: 'thinking', text: '' });
    this.#spoken = undefined;
    return [...events, { type: 'delta', at, delta: { seal } }, { type: 'close', at }];
  }

  #speak(kind: Spoken['kind'], piece: string): StreamEvent[] {
    if (piece === '') return [];
    const { events, at } = this.#begin(kind, PARTS[kind]);
    this.#spoken!.text += piece;
    return [...events, { type: 'delta', at, delta: kind === 'thinking' ? { thinking: piece } : { text: piece } }];
  }

  #readCall(call: JsonObject): StreamEvent[] {
    const before = this.#calls.begins(call) ? [...this.#endSpoken(), ...this.#calls.closeWhole()] : [];
    return [...before, ...this.#calls.read(call)];
  }

  /** The open part of this kind, opened now if it is not. */
  #begin(kind: Spoken['kind'], part: Part): { events: StreamEvent[]; at: number } {
    if (this.#spoken?.kind === kind) return { events: [], at: this.#spoken.at };
    const events = [...this.#endSpoken(), ...this.#calls.closeWhole()];
    const at = this.#nextPosition();
    this.#spoken = { kind, at, text: '' };
    return { events: [...events, { type: 'open', at, part }], at };
  }

  #endSpoken(): StreamEvent[] {
    const spoken = this.#spoken;
    if (spoken === undefined) return [];
    if (spoken.kind === 'thinking') this.#unsealed = spoken.text;
    this.#spoken = undefined;
    return [{ type: 'close', at: spoken.at }];
  }

  #nextPosition(): number {
    this.#positions += 1;
    return this.#positions - 1;
  }
}

const PARTS: Record<Spoken['kind'], Part> = {
  text: { kind: 'text', text: '' },
  refusal: { kind: 'text', text: '', ext: { 'openai-chat': { refusal: true } } },
  thinking: { kind: 'thinking', text: '' },
};

const LATE_SEAL: StreamEvent = {
  type: 'note',
  note: {
    code: 'seal-dropped',
    path: 'reasoning_details',
    because: 'the proof of a thought came after the thought had ended, so the thought cannot be sent back',
    harmless: true,
  },
};

/** OpenAI shows summaries of its thoughts instead of their words. */
function summaryAsThought(thought: ThinkingPart | OpaquePart): ThinkingPart | OpaquePart {
  if (thought.kind === 'thinking') return thought;
  const summary = textOf(thought.value.summary);
  return summary === '' ? thought : { kind: 'thinking', text: summary };
}

/** The ancestor of tool calls: one call, without an id. */
function legacyCall(value: Json | undefined): JsonObject[] {
  if (!isObject(value) || (textOf(value.name) === '' && textOf(value.arguments) === '')) return [];
  return [{ index: 0, function: value }];
}

/** Text, or the texts among parts, which some servers send. */
function contentOf(value: Json | undefined): string {
  if (!Array.isArray(value)) return textOf(value);
  return value.map((part) => (isObject(part) ? textOf(part.text) : textOf(part))).join('');
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}
