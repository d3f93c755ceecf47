/** What the stream writer remembers of an answer's parts while their deltas pass. */
import type { Delta } from '../../ir/event.ts';
import type { Part } from '../../ir/request.ts';
import type { Seal } from '../../ir/seal.ts';

export type OpenPart =
  | { kind: 'text'; refusal: boolean }
  | { kind: 'thinking'; index: number; text: string; seal?: Seal }
  | { kind: 'tool-call'; index: number; custom: boolean; hasArguments: boolean };

/** Parts by position, with a running number per kind. Those that chat has no place for (server tools, media) are passed over. */
export class OpenParts {
  readonly #parts = new Map<number, OpenPart>();
  readonly #customNames: ReadonlySet<string>;
  #calls = 0;
  #thoughts = 0;

  /** @param customNames tools whose calls the client reads as custom ones */
  constructor(customNames: ReadonlySet<string>) {
    this.#customNames = customNames;
  }

  get hasCalls(): boolean {
    return this.#calls > 0;
  }

  open(position: number, part: Part): OpenPart | undefined {
    const opened = this.#begin(part);
    if (opened !== undefined) this.#parts.set(position, opened);
    return opened;
  }

  at(position: number): OpenPart | undefined {
    return this.#parts.get(position);
  }

  #begin(part: Part): OpenPart | undefined {
    switch (part.kind) {
      case 'text':
        return { kind: 'text', refusal: part.ext?.['openai-chat']?.refusal === true };
      case 'thinking':
        this.#thoughts += 1;
        return {
          kind: 'thinking',
          index: this.#thoughts - 1,
          text: '',
          ...(part.seal === undefined ? {} : { seal: part.seal }),
        };
      case 'tool-call':
        this.#calls += 1;
        return {
          kind: 'tool-call',
          index: this.#calls - 1,
          custom: part.freeform === true && this.#customNames.has(part.name),
          hasArguments: false,
        };
      case 'media':
      case 'tool-result':
      case 'opaque':
        return undefined;
    }
  }
}

/** The text a delta adds to a part of its kind; empty for a delta that adds none or belongs to another kind. */
export function gainOf(part: OpenPart, delta: Delta): string {
  if (part.kind === 'text' && 'text' in delta) return delta.text;
  if (part.kind === 'thinking' && 'thinking' in delta) return delta.thinking;
  return part.kind === 'tool-call' && 'args' in delta ? delta.args : '';
}
