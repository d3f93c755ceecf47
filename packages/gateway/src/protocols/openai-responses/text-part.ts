import type { Delta } from '../../ir/event.ts';
import type { GrowingItem, Output, PartWriter, Place } from './output.ts';
import type { ContentPart, ItemStatus, MessageItem, ResponseEvent } from './wire.ts';

/**
 * Text or a refusal. Texts that follow each other are parts of one message, because agents take the
 * last message for the whole answer; a text without a word in it is not told at all.
 */
export class TextWriter implements PartWriter {
  readonly #output: Output;
  readonly #isRefusal: boolean;
  #message: Message | undefined;
  #content = 0;

  constructor(output: Output, isRefusal: boolean) {
    this.#output = output;
    this.#isRefusal = isRefusal;
  }

  take(delta: Delta): ResponseEvent[] {
    if (!('text' in delta) || delta.text === '') return [];
    const before = this.#message === undefined ? this.#begin() : [];
    this.#message?.say(this.#content, delta.text);
    const event: ResponseEvent = this.#isRefusal
      ? { type: 'response.refusal.delta', ...this.#place(), delta: delta.text }
      : { type: 'response.output_text.delta', ...this.#place(), delta: delta.text, logprobs: [] };
    return [...before, event];
  }

  close(): ResponseEvent[] {
    if (this.#message === undefined) return [];
    const part = this.#message.part(this.#content);
    const place = this.#place();
    const said: ResponseEvent =
      part.type === 'refusal'
        ? { type: 'response.refusal.done', ...place, refusal: part.refusal }
        : { type: 'response.output_text.done', ...place, text: part.text, logprobs: [] };
    this.#message.open -= 1;
    return [
      said,
      { type: 'response.content_part.done', ...place, part },
      ...(this.#message.open === 0 ? this.#output.close(this.#message.place) : []),
    ];
  }

  #begin(): ResponseEvent[] {
    const { last } = this.#output;
    let added: ResponseEvent[] = [];
    let message = last instanceof Message ? last : undefined;
    if (message === undefined) {
      added = this.#output.add('message', (place) => (message = new Message(place)));
    } else {
      this.#output.reopen(message.place);
    }
    this.#message = message;
    this.#content = message?.begin(this.#isRefusal) ?? 0;
    const part: ContentPart = this.#isRefusal ? { type: 'refusal', refusal: '' } : textPart('');
    return [...added, { type: 'response.content_part.added', ...this.#place(), part }];
  }

  #place(): Place & { content_index: number } {
    const { item_id, output_index } = this.#message?.place ?? { item_id: '', output_index: 0 };
    return { item_id, output_index, content_index: this.#content };
  }
}

class Message implements GrowingItem {
  readonly place: Place;
  /** How many of its parts are still being said. */
  open = 0;
  readonly #parts: { isRefusal: boolean; text: string }[] = [];

  constructor(place: Place) {
    this.place = place;
  }

  /** @returns the index of the new part */
  begin(isRefusal: boolean): number {
    this.open += 1;
    return this.#parts.push({ isRefusal, text: '' }) - 1;
  }

  say(index: number, text: string): void {
    const part = this.#parts[index];
    if (part !== undefined) part.text += text;
  }

  part(index: number): ContentPart {
    const { isRefusal = false, text = '' } = this.#parts[index] ?? {};
    return isRefusal ? { type: 'refusal', refusal: text } : textPart(text);
  }

  snapshot(status: ItemStatus): MessageItem {
    const content = this.#parts.map((_, index) => this.part(index));
    return { type: 'message', id: this.place.item_id, role: 'assistant', status, content };
  }
}

function textPart(text: string): ContentPart {
  return { type: 'output_text', text, annotations: [], logprobs: [] };
}
