import { everywhere, type Splice, UNTOUCHED } from './splice.ts';

/** `max_tokens` within what the model gives, above what it may think, and there at all. */
export const outputLimit: Splice = {
  id: 'output-limit',
  since: '2026-09',
  evidence: 'docs/cortex-quirks.md#output-cap',
  applies: everywhere,
  edit(view, _target, { maxTokens, notes }) {
    const asked = view.value('max_tokens');
    if (asked === maxTokens) return UNTOUCHED;
    const told = notes.filter(({ path }) => path === 'max_tokens');
    const because = `the shortest answer of Cortex has one token, and a request without a limit may have ${maxTokens}`;
    return {
      edits: [{ path: ['max_tokens'], set: maxTokens }],
      notes: told.length > 0 ? told : [{ code: 'coerced', path: 'max_tokens', because, harmless: true }],
    };
  },
};
