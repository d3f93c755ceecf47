import type { z } from 'zod';
import type { Feature } from './features.ts';

/** What a client is to ask, in words that every client can put its own way. */
export interface Question {
  model: string;
  prompt: string;
  stream?: boolean;
  tool?: LookTool;
  /** A PNG, base64. */
  image?: string;
  schema?: z.ZodType;
  effort?: 'medium';
  signal?: AbortSignal;
  /** Called with every piece of text of a stream. */
  onPiece?: () => void;
}

/** The one tool there is: `look {"where": "here"}`. The client runs it and gives the model its result. */
export interface LookTool {
  name: 'look';
  description: string;
  run(where: string): string;
}

export interface Answer {
  /** The last answer's text. */
  text: string;
  /** How many pieces the text came in; 1 when it came whole. */
  pieces: number;
  /** What a request for structured output gave. */
  object?: unknown;
  /** Thoughts that the client shows. */
  thought?: string;
  /** Tokens spent on thoughts, where the client is told. */
  reasoningTokens?: number;
}

/** What a client itself cannot ask for, or takes no notice of. */
export interface Lack {
  features: Feature[];
  /** Only with this family. */
  family?: string;
  because: string;
}

/** Why a client has nothing to show for a feature; undefined when it has. */
export function lackOf({ lacks }: { lacks: Lack[] }, feature: Feature, family: string): string | undefined {
  return lacks.find((lack) => lack.features.includes(feature) && (lack.family ?? family) === family)?.because;
}

/** A way to talk to the gateway: the official package of a protocol, used as its manual says, or a replayed body. */
export interface Client {
  /** As the page names it. */
  name: string;
  lacks: Lack[];
  /** The whole of it, tool loop included. @throws what the client throws at its users */
  ask(question: Question, server: Server): Promise<Answer>;
}

export interface Server {
  /** Without `/v1`. */
  url: string;
  key: string;
}
