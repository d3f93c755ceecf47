import type { JsonEdit } from '../../kit/json-edit.ts';
import type { Note } from '../../ir/note.ts';
import type { JsonPath, JsonView } from '../../kit/json-view.ts';
import { hiddenTools } from './deferred-tools.ts';
import type { BlockView, MessagesView } from './messages-view.ts';
import { everywhere, type Splice, type SpliceTarget, UNTOUCHED } from './splice.ts';
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
    if (marks.length === 0) return UNTOUCHED;
    const known = marks.filter(({ view: mark }) => mark.textOf('type') === 'ephemeral');
    const kept = known.slice(-MOST_CACHE_MARKS);
    const edits = marks.flatMap((mark): JsonEdit[] =>
      kept.includes(mark) ? bare(mark) : [{ path: mark.path, remove: true }],
    );
    return { edits, notes: notesOf(marks, known) };
  },
};

/** All marks in the order of the prompt. A thought cannot carry one. */
function listMarks(view: MessagesView, target: SpliceTarget): Mark[] {
  const marks: Mark[] = [];
  const look = (holder: Mark) => {
    const mark = holder.view.get('cache_control');
    if (mark !== undefined && !mark.isNull) marks.push({ view: mark, path: [...holder.path, 'cache_control'] });
  };
  const lookInside = (block: BlockView) => {
    block.inner.forEach(lookInside);
    if (block.type !== 'thinking' && block.type !== 'redacted_thinking') look(block);
  };
  const hidden = new Set(hiddenTools(view, target));
  for (const [index, tool] of view.tools.entries()) {
    if (!hidden.has(index)) look({ view: tool, path: ['tools', index] });
  }
  view.system.forEach(look);
  for (const { blocks } of view.messages) blocks.forEach(lookInside);
  look({ view: view.root, path: [] });
  return marks;
}

function bare({ view, path }: Mark): JsonEdit[] {
  return view.keys().flatMap((key): JsonEdit[] => (key === 'type' ? [] : [{ path: [...path, key], remove: true }]));
}

function notesOf(marks: Mark[], known: Mark[]): Note[] {
  const note = (path: string, because: string): Note => ({ code: 'dropped', path, because, harmless: true });
  const hours = known.some(({ view }) => view.textOf('ttl') === '1h');
  return [
    ...(hours ? [note('cache_control.ttl', 'Cortex caches for five minutes only')] : []),
    ...(known.length > MOST_CACHE_MARKS
      ? [note('cache_control', `Cortex takes ${MOST_CACHE_MARKS} marks, so the last ones stay`)]
      : []),
    ...(known.length < marks.length ? [note('cache_control', 'only {"type": "ephemeral"} marks a cached prefix')] : []),
  ];
}
