import type { JsonEdit } from '../../kit/json-edit.ts';
import { everywhere, type Splice, UNTOUCHED } from './splice.ts';

/** Claude refuses stop sequences of white space alone. */
export const stopSequences: Splice = {
  id: 'stop-sequences',
  since: '2026-11',
  evidence: 'docs/cortex-quirks.md#blank-text',
  applies: everywhere,
  edit(view) {
    const sequences = view.field('stop_sequences')?.items() ?? [];
    const edits = sequences.flatMap((sequence, index): JsonEdit[] =>
      sequence.text()?.trim() === '' ? [{ path: ['stop_sequences', index], remove: true }] : [],
    );
    if (edits.length === 0) return UNTOUCHED;
    const because = 'Claude refuses stop sequences of white space alone';
    return { edits, notes: [{ code: 'dropped', path: 'stop_sequences', because }] };
  },
};
