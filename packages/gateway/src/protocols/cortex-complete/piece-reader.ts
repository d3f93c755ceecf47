import type { StreamEvent } from '../../ir/event.ts';
import { isObject } from '../../ir/json.ts';
import type { Seal } from '../../ir/seal.ts';
import { createStopMatcher, type StopMatcher } from '../../kit/stop-matcher.ts';
import { brokenAnswer } from '../answer-error.ts';
import type { ReaderOptions } from '../codec.ts';
import type { Piece } from './pieces.ts';

type OpenPart =
  | { kind: 'text'; at: number }
  | { kind: 'call'; at: number; id: string; args: string }
  | { kind: 'thought'; at: number; issuer: Seal['issuer']; seal: string };

/**
 * Pieces in, parts out, one open at a time: a piece of another kind, or the id of another call, closes the
 * open part. Text is cut at the client's stop sequences, which this endpoint does not know.
 */
export class PieceReader {
  readonly #options: ReaderOptions;
  readonly #answerId: () => string;
  readonly #stop: StopMatcher | undefined;
  #open: OpenPart | undefined;
  #positions = 0;
  #calls = 0;
  #lastArguments: string | undefined;
  #matched: string | undefined;

  /** @param answerId makes ids for calls that come without one */
  constructor(options: ReaderOptions, answerId: () => string) {
    this.#options = options;
    this.#answerId = answerId;
    this.#stop = options.stopSequences === undefined ? undefined : createStopMatcher(options.stopSequences);
  }

  get hasCalls(): boolean {
    return this.#calls > 0;
  }

  /** The stop sequence that ended the answer: what follows it is passed over. */
  get matched(): string | undefined {
    return this.#matched;
  }

  /** True when the last call was cut inside its arguments. */
  get endsInsideCall(): boolean {
    return this.#lastArguments !== undefined && !isWhole(this.#lastArguments);
  }

  read(piece: Piece): StreamEvent[] {
    if (this.#matched !== undefined) return [];
    switch (piece.kind) {
      case 'text':
        return this.#say(piece.text);
      case 'call':
        return this.#call(piece);
      case 'thinking':
        return this.#think('anthropic', piece.text, piece.signature);
      case 'reasoning':
        return this.#think('openai', piece.summary, piece.encrypted);
      case 'unknown':
        return [{ type: 'opaque', dialect: 'cortex-complete', value: piece.value }];
    }
  }

  /** Closes what is open, at the end of the answer. */
  close(): StreamEvent[] {
    const open = this.#open;
    if (open === undefined) return [];
    const rest = open.kind === 'text' && this.#matched === undefined ? (this.#stop?.flush() ?? '') : '';
    this.#open = undefined;
    const close: StreamEvent = { type: 'close', at: open.at };
    if (open.kind === 'text') return [...textDelta(open.at, rest), close];
    if (open.kind === 'thought') return [...sealDelta(open), close];
    this.#lastArguments = open.args;
    // A call without arguments says "" and clients parse the text: docs/cortex-quirks.md#no-argument-calls
    return open.args.trim() === '' ? [{ type: 'delta', at: open.at, delta: { args: '{}' } }, close] : [close];
  }

  #say(piece: string): StreamEvent[] {
    const before = this.#open?.kind === 'text' ? [] : this.close();
    const { text, matched } = this.#stop?.push(piece) ?? { text: piece };
    const opened: StreamEvent[] = [];
    if (this.#open === undefined) {
      this.#open = { kind: 'text', at: this.#next() };
      opened.push({ type: 'open', at: this.#open.at, part: { kind: 'text', text: '' } });
    }
    const said = textDelta(this.#open.at, text);
    if (matched === undefined) return [...before, ...opened, ...said];
    this.#matched = matched;
    return [...before, ...opened, ...said, ...this.close()];
  }

  #call({ id, name, args }: Extract<Piece, { kind: 'call' }>): StreamEvent[] {
    const open = this.#open?.kind === 'call' ? this.#open : undefined;
    const begins = open === undefined ? id !== '' || name !== '' : id !== '' && id !== open.id;
    if (open !== undefined && !begins) {
      open.args += args;
      return argsDelta(open.at, args);
    }
    if (!begins) return args.trim() === '' ? [] : broken('arguments come before the call they belong to');
    if (name === '') return broken('it calls a tool without a name');
    const before = this.close();
    const at = this.#next();
    const callId = id === '' ? `call_${this.#answerId()}_${this.#calls}` : id;
    this.#calls += 1;
    this.#open = { kind: 'call', at, id: callId, args };
    const known = this.#options.toolNames?.get(name) ?? name;
    return [
      ...before,
      { type: 'open', at, part: { kind: 'tool-call', id: callId, name: known, args: '' } },
      ...argsDelta(at, args),
    ];
  }

  /** The seal comes in fragments, too, and is whole when the thought ends. */
  #think(issuer: Seal['issuer'], text: string, seal: string): StreamEvent[] {
    const events: StreamEvent[] = [];
    if (this.#open?.kind !== 'thought' || (text !== '' && this.#open.seal !== '')) {
      events.push(...this.close());
      this.#open = { kind: 'thought', at: this.#next(), issuer, seal: '' };
      events.push({ type: 'open', at: this.#open.at, part: { kind: 'thinking', text: '' } });
    }
    this.#open.seal += seal;
    if (text !== '') events.push({ type: 'delta', at: this.#open.at, delta: { thinking: text } });
    return events;
  }

  #next(): number {
    this.#positions += 1;
    return this.#positions - 1;
  }
}

function textDelta(at: number, text: string): StreamEvent[] {
  return text === '' ? [] : [{ type: 'delta', at, delta: { text } }];
}

function argsDelta(at: number, args: string): StreamEvent[] {
  return args === '' ? [] : [{ type: 'delta', at, delta: { args } }];
}

function sealDelta({ at, issuer, seal }: Extract<OpenPart, { kind: 'thought' }>): StreamEvent[] {
  if (seal === '') return [];
  const form = issuer === 'anthropic' ? 'signature' : 'encrypted';
  return [{ type: 'delta', at, delta: { seal: { issuer, form, data: seal } } }];
}

function isWhole(args: string): boolean {
  if (args.trim() === '') return true;
  try {
    return isObject(JSON.parse(args));
  } catch {
    return false;
  }
}

function broken(what: string): StreamEvent[] {
  return [{ type: 'error', error: brokenAnswer(what) }];
}
