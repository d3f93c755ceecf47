import type { ThinkingPart } from '../ir/request.ts';

/** One thing remembered of a conversation, as it is told to other processes: its next turn may come to any of them. */
export type MemoryEntry =
  /** The thoughts that led to a tool call. */
  | { kind: 'thoughts'; key: string; parts: ThinkingPart[] }
  /** A sealed thought that a model refused. */
  | { kind: 'refused'; key: string };
