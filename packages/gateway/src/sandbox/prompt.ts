/** What the simulated model sees: a request with its dialect taken off. Surfaces write it, `script/` reads it. */
import type { JsonObject } from '../ir/json.ts';

export interface Prompt {
  model: string;
  messages: PromptMessage[];
  tools: PromptTool[];
  /** `any`: some tool must be called; an object: that one. Absent: the model may choose. */
  forced?: 'any' | 'none' | { name: string };
  /** At most one tool call per turn, where the surface honours such a wish. */
  oneCall?: true;
  /** The answer must be JSON of this schema (`{}` for any object). */
  schema?: JsonObject;
  /** The request switches reasoning on. */
  thinks: boolean;
  /** The answer must begin with a thought (Claude's `thinking: enabled`, where adaptive thinking may skip it). */
  mustThink?: true;
  /** Most completion tokens the answer may have; a longer one is cut and finishes with `length`. */
  maxTokens: number;
  /** A sequence at which the answer stops, where the surface honours it. */
  stop: string[];
  /** Most tokens of one thought; the simulated model thinks no further. */
  thinkingTokens?: number;
  /** Sampling settings that the model honours. It has nothing to sample, so its reply repeats them instead. */
  settings?: JsonObject;
  /** How much the model says where no script says it. */
  verbosity?: 'low' | 'medium' | 'high';
  /** How many answers are generated; all alike. */
  choices?: number;
  /** Prompts share an implicit cache only with those of the same key. */
  cacheKey?: string;
}

export interface PromptMessage {
  role: 'system' | 'user' | 'assistant' | 'tool';
  /** All text of the message, blocks joined by newlines. Tool results count as text of role `tool`. */
  text: string;
  /** Content blocks by the token-relevant kind, for counting: images weigh a fixed number. */
  images: number;
  /** Names of the tools an assistant message calls. */
  calls: string[];
  /** Ids of cache-marked positions: true when this message's end carries a cache mark. */
  cacheMark: boolean;
  /** Arguments of those calls and whatever else the model reads but nobody speaks: counted and hashed with the text. */
  callText?: string;
  /** Tells images apart, for the prompt cache. */
  imageDigest?: string;
  /** This is the rest of the message before it: a cache mark in the middle of a message splits it in two. */
  continues?: true;
}

export interface PromptTool {
  name: string;
  /** The tool's definition as text, for counting tokens. */
  definition: string;
  schema: JsonObject;
  cacheMark: boolean;
}
