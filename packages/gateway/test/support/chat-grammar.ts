// What a stream of OpenAI Chat Completions must be for every client to understand it.
import { isObject, type JsonObject } from '../../src/ir/json.ts';
import type { SseEvent } from '../../src/kit/sse.ts';

const FINISH_REASONS = new Set(['stop', 'length', 'tool_calls', 'content_filter', 'function_call']);

/**
 * The first thing that is wrong with a stream of one choice, or undefined when it is legal: the events of
 * one answer that ends in `[DONE]`, or in an error event with nothing after it.
 */
export function checkChatStream(stream: string | SseEvent[]): string | undefined {
  const events = typeof stream === 'string' ? parseSse(stream) : stream;
  if (typeof events === 'string') return events;
  const check = new Check();
  for (const [position, event] of events.entries()) {
    const wrong = check.see(event);
    if (wrong !== undefined) return `event ${position}: ${wrong}`;
  }
  return check.end();
}

class Check {
  #identity: string | undefined;
  #phase: 'begin' | 'content' | 'finished' | 'usage' | 'over' = 'begin';
  readonly #calls: { name: string; args: string; custom: boolean }[] = [];

  see({ event, data }: SseEvent): string | undefined {
    if (this.#phase === 'over') return 'something follows the end';
    if (event !== undefined) return `chat streams have no event names, this one is "${event}"`;
    if (data === '[DONE]') return this.#done();
    const chunk = parse(data);
    if (chunk === undefined) return 'the data is not a JSON object';
    if (chunk.error !== undefined) return this.#error(chunk.error);
    return this.#head(chunk) ?? this.#choices(chunk);
  }

  end(): string | undefined {
    return this.#phase === 'over' ? undefined : 'the stream ends without [DONE] and without an error';
  }

  #done(): string | undefined {
    if (this.#phase !== 'finished' && this.#phase !== 'usage') return '[DONE] before a finish_reason';
    this.#phase = 'over';
    return undefined;
  }

  #error(error: unknown): string | undefined {
    this.#phase = 'over';
    if (!isObject(error) || typeof error.message !== 'string' || error.message === '')
      return 'the error has no message';
    return typeof error.type === 'string' ? undefined : 'the error has no type';
  }

  #head(chunk: JsonObject): string | undefined {
    const { id, object, created, model } = chunk;
    if (typeof id !== 'string' || id === '') return 'no id';
    if (object !== 'chat.completion.chunk') return `object is ${JSON.stringify(object)}`;
    if (typeof created !== 'number' || !Number.isInteger(created) || created <= 0) return 'created is no time';
    if (typeof model !== 'string' || model === '') return 'no model';
    const identity = `${id} ${created} ${model}`;
    this.#identity ??= identity;
    return identity === this.#identity
      ? undefined
      : `id, created or model changed from "${this.#identity}" to "${identity}"`;
  }

  #choices(chunk: JsonObject): string | undefined {
    if (!Array.isArray(chunk.choices)) return 'choices is no array';
    const [choice, second] = chunk.choices;
    if (second !== undefined) return 'more than one choice in a chunk';
    if (choice === undefined) return this.#usage(chunk);
    if (!isObject(choice) || !isObject(choice.delta)) return 'a choice without a delta';
    if (typeof choice.index !== 'number') return 'a choice without an index';
    if (this.#phase !== 'begin' && this.#phase !== 'content') return 'content after the finish_reason';
    const wrong = this.#role(choice.delta) ?? this.#texts(choice.delta) ?? this.#toolCalls(choice.delta);
    return wrong ?? this.#finishReason(choice.finish_reason);
  }

  #usage(chunk: JsonObject): string | undefined {
    if (!isObject(chunk.usage)) return 'a chunk without choices and without usage';
    if (this.#phase !== 'finished') return 'usage before the finish_reason, or twice';
    const { prompt_tokens: prompt, completion_tokens: completion, total_tokens: total } = chunk.usage;
    if (typeof prompt !== 'number' || typeof completion !== 'number' || typeof total !== 'number')
      return 'usage lacks a count';
    this.#phase = 'usage';
    return undefined;
  }

  #role(delta: JsonObject): string | undefined {
    if (this.#phase === 'begin') {
      this.#phase = 'content';
      return delta.role === 'assistant' ? undefined : 'the first delta does not say the role';
    }
    return delta.role === undefined ? undefined : 'the role is said again';
  }

  #texts(delta: JsonObject): string | undefined {
    for (const field of ['content', 'refusal', 'reasoning_content']) {
      const text = delta[field];
      if (text !== undefined && text !== null && typeof text !== 'string') return `${field} is no text`;
    }
    if (delta.refusal === '') return 'an empty refusal';
    return delta.reasoning_details === undefined || Array.isArray(delta.reasoning_details)
      ? undefined
      : 'reasoning_details is no array';
  }

  #toolCalls(delta: JsonObject): string | undefined {
    if (delta.tool_calls === undefined) return undefined;
    if (!Array.isArray(delta.tool_calls) || delta.tool_calls.length === 0) return 'tool_calls is no array of calls';
    for (const call of delta.tool_calls) {
      const wrong = isObject(call) ? this.#toolCall(call) : 'a tool call is no object';
      if (wrong !== undefined) return wrong;
    }
    return undefined;
  }

  #toolCall(call: JsonObject): string | undefined {
    const { index, id, type, custom } = call;
    const kind = custom === undefined ? 'function' : 'custom';
    const called = call[kind];
    if (typeof index !== 'number' || !isObject(called)) return 'a tool call without index or function';
    const piece = kind === 'custom' ? called.input : called.arguments;
    if (typeof piece !== 'string') return 'arguments are no text';
    const known = this.#calls[index];
    if (known !== undefined) {
      if (known.custom !== (kind === 'custom')) return `call ${index} changes its kind`;
      known.args += piece;
      return id === undefined && type === undefined && called.name === undefined
        ? undefined
        : `call ${index} is introduced twice`;
    }
    if (index !== this.#calls.length) return `call ${index} begins before call ${this.#calls.length}`;
    if (typeof id !== 'string' || id === '') return `call ${index} has no id`;
    if (type !== kind) return `call ${index} has the type ${JSON.stringify(type)}`;
    if (typeof called.name !== 'string' || called.name === '') return `call ${index} has no name`;
    this.#calls.push({ name: called.name, args: piece, custom: kind === 'custom' });
    return undefined;
  }

  #finishReason(reason: unknown): string | undefined {
    if (reason === null) return undefined;
    if (typeof reason !== 'string' || !FINISH_REASONS.has(reason)) return `finish_reason is ${JSON.stringify(reason)}`;
    if (reason === 'tool_calls' && this.#calls.length === 0) return 'tool_calls without a tool call';
    if (reason === 'stop' && this.#calls.length > 0) return 'stop after a tool call';
    if (reason !== 'length' && this.#calls.some(({ args, custom }) => args === '' && !custom))
      return 'a call without arguments';
    this.#phase = 'finished';
    return undefined;
  }
}

function parseSse(text: string): SseEvent[] | string {
  if (text !== '' && !text.endsWith('\n\n')) return 'the last event has no blank line after it';
  const blocks = text.split('\n\n').filter((block) => block !== '' && !block.startsWith(':'));
  const events = blocks.map((block) =>
    block.startsWith('data: ') && !block.includes('\n') ? { data: block.slice('data: '.length) } : undefined,
  );
  const wrong = events.indexOf(undefined);
  return wrong === -1 ? events.filter((event) => event !== undefined) : `event ${wrong} is not one data line`;
}

function parse(data: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(data);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
