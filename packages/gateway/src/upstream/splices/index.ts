/** The splices in the order in which they look at a body, and the one way to have them do it. */
import type { Note } from '../../ir/note.ts';
import { editJson, type JsonEdit } from '../../kit/json-edit.ts';
import type { JsonTree } from '../../kit/json-tree.ts';
import { HOSTED_FIELDS, refuseHosted } from '../../protocols/anthropic-messages/hosted.ts';
import { planAnswer } from './answer-plan.ts';
import { filterHeaders } from './beta-flags.ts';
import { cacheMarks } from './cache-marks.ts';
import { deferredTools } from './deferred-tools.ts';
import { messageFields } from './message-fields.ts';
import { MessagesView } from './messages-view.ts';
import { modelName } from './model-name.ts';
import { outputLimit } from './output-limit.ts';
import { outputSchema } from './output-schema.ts';
import { samplingRefused } from './sampling.ts';
import { type Splice, type SpliceTarget, UNTOUCHED } from './splice.ts';
import { stopSequences } from './stop-sequences.ts';
import { thinkingForms } from './thinking-forms.ts';
import { toolChoiceAlone } from './tool-choice-alone.ts';
import { toolKeys } from './tool-keys.ts';
import { toolSchema } from './tool-schema.ts';
import { reasonToTranslate } from './translation.ts';
import { unknownFields } from './unknown-fields.ts';

/** Removing a tool or a field as a whole counts more than edits inside it, whatever the order. */
const SPLICES: readonly Splice[] = [
  modelName,
  unknownFields,
  messageFields,
  deferredTools,
  toolKeys,
  toolSchema,
  toolChoiceAlone,
  cacheMarks,
  outputLimit,
  thinkingForms,
  samplingRefused,
  stopSequences,
  outputSchema,
];

export interface SplicedRequest {
  body: Buffer;
  headers: Record<string, string>;
  notes: Note[];
}

/**
 * A client's Messages body as Cortex takes it, every byte but the refused ones as it came; or the word
 * that only a translation can mend it.
 * @param tree of these bytes, where it is known
 * @throws GatewayError `invalid-request` when the bytes are not JSON or a form of thinking is unknown,
 * `unsupported` when the request asks for what only Anthropic has
 */
export function spliceMessages(bytes: Buffer, target: SpliceTarget, tree?: JsonTree): SplicedRequest | 'translate' {
  const view = new MessagesView(bytes, tree);
  for (const field of HOSTED_FIELDS) refuseHosted(field, view.value(field));
  const plan = planAnswer(view, target.capabilities);
  if (reasonToTranslate(view, target, plan) !== undefined) return 'translate';
  const edits: JsonEdit[] = [];
  const { headers, notes } = filterHeaders(target);
  for (const splice of SPLICES) {
    const edited = splice.applies(target) ? splice.edit(view, target, plan) : UNTOUCHED;
    edits.push(...edited.edits);
    notes.push(...edited.notes);
  }
  return { body: editJson(view.root, edits), headers, notes };
}
