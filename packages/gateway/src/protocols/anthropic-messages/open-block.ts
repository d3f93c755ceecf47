/** One part of an answer as a content block: what its start, its pieces and its end are on the wire. */
import type { Delta } from '../../ir/event.ts';
import type { JsonObject } from '../../ir/json.ts';
import type { Part } from '../../ir/request.ts';
import type { Seal } from '../../ir/seal.ts';
import { writeSignature } from './foreign-signature.ts';

/** A step of a block: it starts with an object, goes on with deltas, and stops. */
export type BlockStep = { start: JsonObject } | { delta: JsonObject } | { stop: true };

export interface OpenBlock {
  kind: 'text' | 'thinking' | 'call' | 'whole';
  open(): BlockStep[];
  delta(delta: Delta): BlockStep[];
  close(): BlockStep[];
}

/** The writer for a part; undefined for parts that no block of this protocol can hold. */
export function openBlock(part: Part): OpenBlock | undefined {
  switch (part.kind) {
    case 'text':
      return textBlock(part.text, part.citations ?? []);
    case 'thinking':
      return thinkingBlock(part.text, part.seal);
    case 'tool-call':
      return callBlock(part.id, part.name, part.args);
    case 'opaque':
      return part.dialect === 'anthropic-messages' ? wholeBlock(part.value) : undefined;
    case 'media':
    case 'tool-result':
      return undefined;
  }
}

/** Starts with its first content: a block without any would come back in the history, where Claude refuses it. */
function textBlock(text: string, citations: JsonObject[]): OpenBlock {
  let started = false;
  const say = (delta: JsonObject): BlockStep[] => {
    const start: BlockStep[] = started ? [] : [{ start: { type: 'text', text: '' } }];
    started = true;
    return [...start, { delta }];
  };
  const speak = (piece: string) => (piece === '' ? [] : say({ type: 'text_delta', text: piece }));
  const cite = (citation: JsonObject) => say({ type: 'citations_delta', citation });
  return {
    kind: 'text',
    open: () => [...speak(text), ...citations.flatMap(cite)],
    delta(delta) {
      if ('text' in delta) return speak(delta.text);
      return 'citation' in delta ? cite(delta.citation) : [];
    },
    close: () => (started ? [{ stop: true }] : []),
  };
}

/**
 * A thought with its signature at the end, once: SDKs replace what they have of it. Sealed as redacted it
 * is a block of its own kind, which follows the words that were already said.
 */
function thinkingBlock(text: string, sealedFrom: Seal | undefined): OpenBlock {
  let started = false;
  let seal = sealedFrom;
  const start = (): BlockStep[] => {
    if (started) return [];
    started = true;
    return [{ start: { type: 'thinking', thinking: '', signature: '' } }];
  };
  const think = (piece: string): BlockStep[] =>
    piece === '' ? [] : [...start(), { delta: { type: 'thinking_delta', thinking: piece } }];
  const sign = (signed: Seal | undefined): BlockStep[] => [
    ...start(),
    { delta: { type: 'signature_delta', signature: writeSignature(signed) } },
    { stop: true },
  ];
  return {
    kind: 'thinking',
    open: () => think(text),
    delta(delta) {
      if ('thinking' in delta) return think(delta.thinking);
      if ('seal' in delta) seal = delta.seal;
      return [];
    },
    close() {
      if (seal?.form !== 'redacted') return started || seal !== undefined ? sign(seal) : [];
      const redacted: BlockStep[] = [{ start: { type: 'redacted_thinking', data: seal.data } }, { stop: true }];
      return started ? [...sign(undefined), ...redacted] : redacted;
    },
  };
}

/** The first piece is empty, as Anthropic sends it: clients that read no input from the start wait for pieces. */
function callBlock(id: string, name: string, args: string): OpenBlock {
  let spoken = false;
  const speak = (piece: string): BlockStep[] => {
    if (piece === '') return [];
    spoken = true;
    return [{ delta: { type: 'input_json_delta', partial_json: piece } }];
  };
  return {
    kind: 'call',
    open: () => [
      { start: { type: 'tool_use', id, name, input: {} } },
      { delta: { type: 'input_json_delta', partial_json: '' } },
      ...speak(args),
    ],
    delta: (delta) => ('args' in delta ? speak(delta.args) : []),
    // Clients parse what they have gathered, and "" is not JSON.
    close: () => [...(spoken ? [] : speak('{}')), { stop: true }],
  };
}

function wholeBlock(value: JsonObject): OpenBlock {
  return { kind: 'whole', open: () => [{ start: value }], delta: () => [], close: () => [{ stop: true }] };
}
