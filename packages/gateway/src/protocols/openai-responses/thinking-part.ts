import type { Delta } from '../../ir/event.ts';
import type { Seal } from '../../ir/seal.ts';
import type { GrowingItem, Output, PartWriter, Place } from './output.ts';
import { writeSealed } from './sealed.ts';
import type { ReasoningItem, ResponseEvent, SummaryText } from './wire.ts';

/**
 * A thought as a reasoning item whose summary is the thought. The item always has an id: the official
 * SDK and others demand one, and a reference to it is resolved where answers are kept and passed over
 * where they are not (`item-reference.ts`).
 */
export class ThinkingWriter implements PartWriter {
  readonly #output: Output;
  readonly #thought: Thought;

  private constructor(output: Output, thought: Thought) {
    this.#output = output;
    this.#thought = thought;
  }

  /** @param sealed whether the client is given the seal, to send it back */
  static open(
    output: Output,
    sealed: boolean,
    seal: Seal | undefined,
  ): { writer: ThinkingWriter; events: ResponseEvent[] } {
    let writer: ThinkingWriter | undefined;
    const events = output.add('reasoning', (place) => {
      const thought = new Thought(place, sealed, seal);
      writer = new ThinkingWriter(output, thought);
      return thought;
    });
    return { writer: writer!, events };
  }

  take(delta: Delta): ResponseEvent[] {
    if ('seal' in delta) this.#thought.seal = delta.seal;
    if (!('thinking' in delta) || delta.thinking === '') return [];
    const place = this.#thought.summaryPlace;
    const first = this.#thought.text === '';
    this.#thought.text += delta.thinking;
    return [
      ...(first ? [{ type: 'response.reasoning_summary_part.added' as const, ...place, part: summaryText('') }] : []),
      { type: 'response.reasoning_summary_text.delta', ...place, delta: delta.thinking },
    ];
  }

  close(): ResponseEvent[] {
    const { text, place, summaryPlace } = this.#thought;
    return [
      ...(text === ''
        ? []
        : [
            { type: 'response.reasoning_summary_text.done' as const, ...summaryPlace, text },
            { type: 'response.reasoning_summary_part.done' as const, ...summaryPlace, part: summaryText(text) },
          ]),
      ...this.#output.close(place),
    ];
  }
}

class Thought implements GrowingItem {
  readonly place: Place;
  readonly #sealed: boolean;
  text = '';
  seal: Seal | undefined;

  constructor(place: Place, sealed: boolean, seal: Seal | undefined) {
    this.place = place;
    this.#sealed = sealed;
    this.seal = seal;
  }

  get summaryPlace(): Place & { summary_index: number } {
    return { ...this.place, summary_index: 0 };
  }

  snapshot(status: string): ReasoningItem {
    const { text, seal } = this;
    // A seal covers the whole thought: before its end there is none to give.
    const sealed = this.#sealed && seal !== undefined && status !== 'in_progress';
    return {
      type: 'reasoning',
      id: this.place.item_id,
      summary: text === '' ? [] : [summaryText(text)],
      ...(sealed ? { encrypted_content: writeSealed({ text, seal }) } : {}),
    };
  }
}

function summaryText(text: string): SummaryText {
  return { type: 'summary_text', text };
}
