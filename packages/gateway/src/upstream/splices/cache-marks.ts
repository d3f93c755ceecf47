import type { JsonEdit } from '../../kit/json-edit.ts';
import type { Note } from '../../ir/note.ts';
import type { JsonPath, JsonView } from '../../kit/json-view.ts';
import { hiddenTools } from './deferred-tools.ts';
import type { MessagesView } from './messages-view.ts';
import { everywhere, type Splice, type SpliceTarget } from './splice.ts';
import { MOST_CACHE_MARKS } from '../../ir/prompt-caching.ts';

interface Mark {
  view: JsonView;
  path: JsonPath;
}

/**
 * Marks are `{"type": "ephemeral"}` and nothing else, and at most four: of more the last ones stay, which
 * reach furthest (docs/cortex-quirks.md#cache-marks).
 */
export const cacheMarks: Splice = {
  id: 'cache-marks',
  since: '2026-09',
  evidence: 'docs/cortex-quirks.md#cache-five-minutes',
  applies: everywhere,
  edit(view, target) {
    const marks = listMarks(view, target);
    const known = marks.filter(({ view: mark }) => mark.get('type')?.text() === 'ephemeral');
    const kept = known.slice(-MOST_CACHE_MARKS);
    const edits = marks.flatMap((mark): JsonEdit[] =>
      kept.includes(mark) ? bare(mark) : [{ path: mark.path, remove: true }],
    );
    return { edits, notes: notesOf(marks, known) };
  },
};

/** All marks in the order of the prompt. A thought cannot carry one. */
function listMarks(view: MessagesView, target: SpliceTarget): Mark[] {
  const hidden = new Set(hiddenTools(view, target));
  const holders: Mark[] = [
    ...view.tools.flatMap((tool, index) => (hidden.has(index) ? [] : [{ view: tool, path: ['tools', index] }])),
    ...view.system,
    ...Array.from(view.allBlocks()).filter(({ type }) => type !== 'thinking' && type !== 'redacted_thinking'),
    { view: view.root, path: [] },
  ];
  return holders.flatMap((holder) => {
    const mark = holder.view.get('cache_control');
    return mark === undefined || mark.isNull ? [] : [{ view: mark, path: [...holder.path, 'cache_control'] }];
  });
}

function bare({ view, path }: Mark): JsonEdit[] {
  return view.keys().flatMap((key): JsonEdit[] => (key === 'type' ? [] : [{ path: [...path, key], remove: true }]));
}

function notesOf(marks: Mark[], known: Mark[]): Note[] {
  const note = (path: string, because: string): Note => ({ code: 'dropped', path, because, harmless: true });
  const hours = known.some(({ view }) => view.get('ttl')?.text() === '1h');
  return [
    ...(hours ? [note('cache_control.ttl', 'Cortex caches for five minutes only')] : []),
    ...(known.length > MOST_CACHE_MARKS
      ? [note('cache_control', `Cortex takes ${MOST_CACHE_MARKS} marks, so the last ones stay`)]
      : []),
    ...(known.length < marks.length ? [note('cache_control', 'only {"type": "ephemeral"} marks a cached prefix')] : []),
  ];
}
