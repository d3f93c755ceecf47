/** How a field of the request chart is put to the test: the same request with it and without it. */
import type { Json, JsonObject } from '../../../src/ir/json.ts';
import type { RawAnswer } from '../calls.ts';
import type { Family } from './documented.ts';

/** What is, and what should be. */
export type Fact = [actual: unknown, expected: unknown];
export type Facts = (answer: RawAnswer, without: RawAnswer) => Fact[];

export interface Probe {
  with: JsonObject;
  without: JsonObject;
  /** Sent before both. */
  before?: JsonObject[];
  /** What must hold of both answers where the field is supported, and could not if it were ignored. */
  facts?: Facts;
}

export type ProbeOf = (family: Family) => Probe;

export const MODELS: Record<Family, string> = {
  openai: 'openai-gpt-5.5',
  claude: 'claude-sonnet-4-5',
  other: 'llama3.1-70b',
};

export const SAY = 'sandbox> say Alpha beta gamma delta epsilon zeta eta theta.';
export const LOOK = { type: 'function', function: { name: 'look', parameters: { type: 'object', properties: {} } } };
export const LONG = 'Rules of the house. '.repeat(600);

export const user = (content: Json, extra: JsonObject = {}): JsonObject => ({ role: 'user', content, ...extra });
export const assistant = (extra: JsonObject = {}): JsonObject => ({ role: 'assistant', content: 'Before.', ...extra });
export const text = (words: string, extra: JsonObject = {}): JsonObject => ({ type: 'text', text: words, ...extra });

export function says(family: Family, words = SAY, extra: JsonObject = {}): JsonObject {
  return { model: MODELS[family], messages: [user(words)], ...extra };
}

/** A field of the body. */
export function field(
  extra: JsonObject,
  facts?: Facts,
  base: (family: Family) => JsonObject = (family) => says(family),
): ProbeOf {
  return (family) => ({
    with: { ...base(family), ...extra },
    without: base(family),
    ...(facts === undefined ? {} : { facts }),
  });
}

/** A history that differs in one message. */
export function history(
  withIt: JsonObject[],
  without: JsonObject[],
  facts?: Facts,
  extra: (family: Family) => JsonObject = () => ({}),
): ProbeOf {
  return (family) => ({
    with: { model: MODELS[family], messages: withIt, ...extra(family) },
    without: { model: MODELS[family], messages: without, ...extra(family) },
    ...(facts === undefined ? {} : { facts }),
  });
}
