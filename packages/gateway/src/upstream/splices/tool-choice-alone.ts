import { everywhere, type Splice, UNTOUCHED } from './splice.ts';

/** A choice without tools to choose from is refused; one that demands a call is translated, and told off there. */
export const toolChoiceAlone: Splice = {
  id: 'tool-choice-alone',
  since: '2026-11',
  evidence: 'docs/cortex-quirks.md#tools-empty',
  applies: everywhere,
  edit(view) {
    if (view.tools.length > 0 || view.root.get('tool_choice') === undefined) return UNTOUCHED;
    const because = 'the request has no tools to choose from';
    return {
      edits: [{ path: ['tool_choice'], remove: true }],
      notes: [{ code: 'dropped', path: 'tool_choice', because, harmless: true }],
    };
  },
};
