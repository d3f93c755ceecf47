import { everywhere, type Splice, UNTOUCHED } from './splice.ts';

/** Cortex's name of the model for the client's. */
export const modelName: Splice = {
  id: 'model-name',
  since: '2026-11',
  evidence: 'docs/cortex-quirks.md#unknown-model',
  applies: everywhere,
  edit(view, { model }) {
    return view.root.textOf('model') === model ? UNTOUCHED : { edits: [{ path: ['model'], set: model }], notes: [] };
  },
};
