import type { JsonEdit } from '../../kit/json-edit.ts';
import { hasFlag, TOOL_SEARCH } from './beta-flags.ts';
import type { MessagesView } from './messages-view.ts';
import { everywhere, type Splice, type SpliceTarget, UNTOUCHED } from './splice.ts';

/**
 * Without the tool search of its backend Cortex refuses `defer_loading`. A deferred tool is not shown to
 * the model before a search has named it, and a history in which one did is translated, so here they are
 * all left out, except one that is forced, and except when there is nothing else.
 */
export const deferredTools: Splice = {
  id: 'deferred-tools',
  since: '2026-09',
  evidence: 'docs/cortex-quirks.md#tool-keys',
  applies: everywhere,
  edit(view, target) {
    const hidden = hiddenTools(view, target);
    const edits: JsonEdit[] = hidden.map((index) => ({ path: ['tools', index], remove: true }));
    if (edits.length === 0) return UNTOUCHED;
    const because = 'a deferred tool is offered once a tool search has named it';
    return { edits, notes: [{ code: 'coerced', path: 'tools[].defer_loading', because, harmless: true }] };
  },
};

/** Indices of the tools that the model is not to see. */
export function hiddenTools(view: MessagesView, target: SpliceTarget): number[] {
  if (hasFlag(TOOL_SEARCH, target)) return [];
  const forced = view.field('tool_choice')?.textOf('name');
  const deferred = view.tools.map(
    (tool) => tool.get('defer_loading')?.parse() === true && (forced === undefined || tool.textOf('name') !== forced),
  );
  return deferred.every(Boolean) ? [] : deferred.flatMap((hides, index) => (hides ? [index] : []));
}
