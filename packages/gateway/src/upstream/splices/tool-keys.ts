import { hasFlag, TOOL_SEARCH } from './beta-flags.ts';
import { closeObject, joinEdited } from './closed-object.ts';
import { hiddenTools } from './deferred-tools.ts';
import { everywhere, type Splice, UNTOUCHED } from './splice.ts';

const TOOL = new Set(['name', 'description', 'input_schema', 'cache_control', 'type']);
const SEARCHED_TOOL = new Set([...TOOL, 'defer_loading']);

/** Keys of tools that Cortex does not know: `eager_input_streaming`, `strict`, `tags`, an empty `custom`, … */
export const toolKeys: Splice = {
  id: 'tool-keys',
  since: '2026-09',
  evidence: 'docs/cortex-quirks.md#tool-keys',
  applies: everywhere,
  edit(view, target) {
    const known = hasFlag(TOOL_SEARCH, target) ? SEARCHED_TOOL : TOOL;
    const hidden = new Set(hiddenTools(view, target));
    const closed = joinEdited(
      view.tools.flatMap((tool, index) =>
        hidden.has(index) ? [] : [closeObject(tool, { path: ['tools', index] }, known, 'tools[]')],
      ),
    );
    return closed === UNTOUCHED
      ? closed
      : { ...closed, notes: closed.notes.filter(({ path }) => path !== 'tools[].defer_loading') };
  },
};
