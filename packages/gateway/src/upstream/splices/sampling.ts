import type { JsonEdit } from '../../kit/json-edit.ts';
import type { Note } from '../../ir/note.ts';
import { writeSampling } from '../../protocols/anthropic-messages/sampling.ts';
import type { MessagesView } from './messages-view.ts';
import { everywhere, type Splice, UNTOUCHED } from './splice.ts';

/** Sampling as far as this model and this request allow it: none from Opus 4.7 on, the default beside thoughts. */
export const samplingRefused: Splice = {
  id: 'sampling-refused',
  since: '2026-09',
  evidence: 'docs/cortex-quirks.md#sampling-refused',
  applies: everywhere,
  edit(view, target, plan) {
    const [temperature, topP, topK] = [numberOf(view, 'temperature'), numberOf(view, 'top_p'), numberOf(view, 'top_k')];
    if (temperature === undefined && topP === undefined && topK === undefined) return UNTOUCHED;
    const notes: Note[] = [];
    const taken = writeSampling(
      {
        ...(temperature === undefined ? {} : { temperature }),
        ...(topP === undefined ? {} : { topP }),
        ...(topK === undefined ? {} : { topK }),
      },
      { accepted: target.capabilities.sampling, thinks: plan.thinking !== undefined },
      notes,
    );
    const edits = (['temperature', 'top_p', 'top_k'] as const).flatMap((field): JsonEdit[] => {
      const asked = numberOf(view, field);
      if (asked === undefined || asked === taken[field]) return [];
      const value = taken[field];
      return [value === undefined ? { path: [field], remove: true } : { path: [field], set: value }];
    });
    return { edits, notes: notes.filter(({ path }) => edits.some((edit) => edit.path[0] === path)) };
  },
};

function numberOf(view: MessagesView, field: string): number | undefined {
  const value = view.value(field);
  return typeof value === 'number' ? value : undefined;
}
