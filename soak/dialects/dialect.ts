import type { JsonObject } from '../../packages/gateway/src/ir/json.ts';
import { type SseEvent, sseReader } from '../../packages/gateway/src/kit/sse.ts';
import type { CallResult } from '../call.ts';

export interface ToolCall {
  id: string;
  name: string;
  arguments: string;
}

/** Tokens as a client was told. */
export interface ToldUsage {
  /** The whole prompt, cached or not. */
  input: number;
  output: number;
}

/** A conversation as its client sees it. */
export interface Conversation {
  model: string;
  stream: boolean;
  /** With the script of all turns. */
  prompt: string;
  /** The model is to think. */
  thinks: boolean;
  /** Earlier answers, each with the results of its calls by their ids; the newest last. */
  turns: { answer: Answer; results: { id: string; text: string }[] }[];
  /** Earlier answers are referred to by id where the dialect can. */
  chained: boolean;
}

export interface Answer {
  is: 'answer';
  text: string;
  calls: ToolCall[];
  usage?: ToldUsage;
  /** What the dialect needs to put it into the history. */
  raw: JsonObject;
}

/** What a client makes of the end of a call. */
export type Reading =
  | Answer
  /** A proper error, before the answer or amid the stream. */
  | { is: 'error'; status: number; message: string }
  /** Nothing a client of this dialect could understand. */
  | { is: 'malformed'; because: string };

export interface SoakDialect {
  name: string;
  path: string;
  /** The body of the next turn. */
  write(conversation: Conversation): JsonObject;
  /** @param result of a call that is complete */
  read(result: CallResult, conversation: Conversation): Reading;
}

export const TOOL = {
  name: 'lookup',
  description: 'Looks something up.',
  parameters: { type: 'object', properties: { key: { type: 'string' } }, required: ['key'] },
} as const;
export const SYSTEM = 'You are a careful assistant that follows the script.';
export const MOST_TOKENS = 30_000;

export function malformed(because: string): Reading {
  return { is: 'malformed', because };
}

export function eventsOf(text: string): SseEvent[] {
  const reader = sseReader();
  return [...reader.push(new TextEncoder().encode(text)), ...reader.end()];
}

export function isStream({ headers }: CallResult): boolean {
  return headers['content-type']?.startsWith('text/event-stream') === true;
}
