/** What a splice is: one thing in a Messages body that Cortex refuses, and the smallest edit of the bytes that takes it away. */
import type { IncomingHttpHeaders } from 'node:http';
import type { Note } from '../../ir/note.ts';
import type { JsonEdit } from '../../kit/json-edit.ts';
import type { ModelCapabilities } from '../../protocols/codec.ts';
import type { AnswerPlan } from './answer-plan.ts';
import type { MessagesView } from './messages-view.ts';

/** What is spliced for: a Claude on Cortex, and the headers the request came with. */
export interface SpliceTarget {
  /** The upstream's name for the model. */
  model: string;
  capabilities: ModelCapabilities;
  /** The client's; `anthropic-beta` decides what some fields are worth. */
  headers: IncomingHttpHeaders;
}

export interface Edited {
  edits: JsonEdit[];
  notes: Note[];
}

export interface Splice {
  /** Kebab case. */
  id: string;
  /** When the refusal was last seen (year and month), for the day somebody asks whether it can go. */
  since: string;
  /** An anchor of docs/cortex-quirks.md. */
  evidence: string;
  applies(target: SpliceTarget): boolean;
  /** Edits of the body as it came: splices do not see each other's. @param plan of `planAnswer`, which several go by */
  edit(view: MessagesView, target: SpliceTarget, plan: AnswerPlan): Edited;
}

export const UNTOUCHED: Edited = { edits: [], notes: [] };

export const everywhere = (): boolean => true;
