/** The items of an answer while they are being written. */
import type { Delta } from '../../ir/event.ts';
import { outputItemId } from './item-ids.ts';
import type { ItemStatus, OutputItem, ResponseEvent } from './wire.ts';

/** One item that grows. */
export interface GrowingItem {
  /** The item as far as it is said. */
  snapshot(status: ItemStatus): OutputItem;
}

/** Tells one part of the IR's answer. */
export interface PartWriter {
  take(delta: Delta): ResponseEvent[];
  close(): ResponseEvent[];
}

/** Where an item's events belong. */
export interface Place {
  item_id: string;
  output_index: number;
}

/**
 * Numbers the items and says when each begins and is done. An item whose part is over is called done
 * only when the next one begins or the answer stops: until then more text may join a message, and only
 * the stop tells whether the last item is whole. So an answer that fails never calls a half item done,
 * and no agent runs half a tool call.
 */
export class Output {
  readonly #answer: string;
  readonly #items: { item: GrowingItem; place: Place; status: ItemStatus }[] = [];
  /** The item whose part is over but which is not called done. */
  #closed: number | undefined;

  /** @param answer id of the answer, of which the items' ids are made */
  constructor(answer: string) {
    this.#answer = answer;
  }

  /** Begins an item. */
  add(type: OutputItem['type'], make: (place: Place) => GrowingItem): ResponseEvent[] {
    const before = this.settle('completed');
    const index = this.#items.length;
    const place = { item_id: outputItemId(type, this.#answer, index), output_index: index };
    const item = make(place);
    this.#items.push({ item, place, status: 'in_progress' });
    return [...before, { type: 'response.output_item.added', output_index: index, item: item.snapshot('in_progress') }];
  }

  /** The item that was begun last, as long as it is not done. */
  get last(): GrowingItem | undefined {
    const last = this.#items.at(-1);
    return last?.status === 'in_progress' ? last.item : undefined;
  }

  /** More is to come for an item that was closed. */
  reopen({ output_index: index }: Place): void {
    if (this.#closed === index) this.#closed = undefined;
  }

  /** The item's part is over. */
  close({ output_index: index }: Place): ResponseEvent[] {
    const before = this.#closed === index ? [] : this.settle('completed');
    this.#closed = index;
    return before;
  }

  /** Calls the closed item done. */
  settle(status: 'completed' | 'incomplete'): ResponseEvent[] {
    const index = this.#closed;
    const entry = index === undefined ? undefined : this.#items[index];
    this.#closed = undefined;
    if (index === undefined || entry === undefined) return [];
    entry.status = status;
    return [{ type: 'response.output_item.done', output_index: index, item: entry.item.snapshot(status) }];
  }

  /** All items; those that are not done are incomplete. */
  snapshot(): OutputItem[] {
    return this.#items.map(({ item, status }) => item.snapshot(status === 'in_progress' ? 'incomplete' : status));
  }
}
