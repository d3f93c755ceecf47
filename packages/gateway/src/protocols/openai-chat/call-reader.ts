/** Tool calls of a streaming answer: fragments in, the parts they belong to out. */
import type { StreamEvent } from '../../ir/event.ts';
import { isObject, type Json, type JsonObject } from '../../ir/json.ts';
import { brokenAnswer } from '../answer-error.ts';

interface Call {
  /** As sent; "" when none was. */
  wireId: string;
  name: string;
  args: string;
  /** Its place among the answer's parts, from the moment its name is known. */
  at?: number;
  closed: boolean;
}

interface Fragment {
  index: number | undefined;
  id: string;
  name: string;
  args: string;
}

export interface CallReaderOptions {
  /** Ids for calls that come without one. */
  nameCall(ordinal: number): string;
  /** The client's name for a tool. */
  toolName(wireName: string): string;
  /** The next free place among the answer's parts. */
  nextPosition(): number;
}

/**
 * Follows calls by their index, and where a provider sends none or the same for all, by their id. A call
 * is closed when another part begins and its arguments are whole, so that fragments of several calls may
 * alternate and a sequence of calls still comes out one after the other.
 */
export class CallReader {
  readonly #options: CallReaderOptions;
  readonly #calls: Call[] = [];
  readonly #byIndex = new Map<number, Call>();

  constructor(options: CallReaderOptions) {
    this.#options = options;
  }

  get hasCalls(): boolean {
    return this.#calls.some(({ at }) => at !== undefined);
  }

  /** True when the fragment begins a call: what was open before it should be closed first. */
  begins(value: JsonObject): boolean {
    return this.#find(readFragment(value)) === undefined;
  }

  read(value: JsonObject): StreamEvent[] {
    const fragment = readFragment(value);
    const call = this.#find(fragment) ?? this.#add(fragment);
    if (call.closed) {
      return fragment.args.trim() === '' ? [] : broken(`the call of ${call.name} goes on after its end`);
    }
    call.wireId ||= fragment.id;
    call.name ||= fragment.name;
    call.args += fragment.args;
    if (call.at !== undefined) return fragment.args === '' ? [] : [argsDelta(call.at, fragment.args)];
    return call.name === '' ? [] : this.#open(call);
  }

  /** Closes the calls whose arguments are whole. */
  closeWhole(): StreamEvent[] {
    return this.#close(this.#calls.filter((call) => !call.closed && isWholeObject(call.args)));
  }

  /** Closes what is open, at the end of the answer. */
  closeAll(): StreamEvent[] {
    const open = this.#calls.filter((call) => !call.closed);
    if (open.some(({ name, args }) => name === '' && args !== '')) return broken('it calls a tool without a name');
    return this.#close(open);
  }

  #find({ index, id, name }: Fragment): Call | undefined {
    if (index !== undefined) {
      const call = this.#byIndex.get(index);
      return call !== undefined && id !== '' && call.wireId !== '' && id !== call.wireId ? undefined : call;
    }
    if (id !== '') return this.#calls.find(({ wireId }) => wireId === id);
    const last = this.#calls.at(-1);
    return name !== '' && last !== undefined && last.name !== '' ? undefined : last;
  }

  #add({ index, id }: Fragment): Call {
    const call: Call = { wireId: id, name: '', args: '', closed: false };
    this.#calls.push(call);
    if (index !== undefined) this.#byIndex.set(index, call);
    return call;
  }

  #open(call: Call): StreamEvent[] {
    const at = this.#options.nextPosition();
    call.at = at;
    const id = call.wireId === '' ? this.#options.nameCall(this.#calls.indexOf(call)) : call.wireId;
    const part = { kind: 'tool-call' as const, id, name: this.#options.toolName(call.name), args: '' };
    return [{ type: 'open', at, part }, ...(call.args === '' ? [] : [argsDelta(at, call.args)])];
  }

  #close(calls: Call[]): StreamEvent[] {
    return calls.flatMap((call): StreamEvent[] => {
      if (call.at === undefined) return [];
      call.closed = true;
      return [{ type: 'close', at: call.at }];
    });
  }
}

function readFragment(value: JsonObject): Fragment {
  const called = isObject(value.function) ? value.function : {};
  return {
    index: typeof value.index === 'number' ? value.index : undefined,
    id: textOf(value.id),
    name: textOf(called.name),
    // Some servers of open models send an object.
    args: isObject(called.arguments) ? JSON.stringify(called.arguments) : textOf(called.arguments),
  };
}

/** True for a whole JSON object, after which nothing can follow. */
function isWholeObject(args: string): boolean {
  if (!args.trimEnd().endsWith('}')) return false;
  try {
    return isObject(JSON.parse(args));
  } catch {
    return false;
  }
}

function argsDelta(at: number, args: string): StreamEvent {
  return { type: 'delta', at, delta: { args } };
}

function broken(what: string): StreamEvent[] {
  return [{ type: 'error', error: brokenAnswer(what) }];
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}
