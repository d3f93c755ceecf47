import type { JsonEdit } from '../../kit/json-edit.ts';
import type { JsonView } from '../../kit/json-view.ts';
import { everywhere, type Splice } from './splice.ts';

/** A tool's schema must be there and be of type object, and may not say which JSON Schema it is written in. */
export const toolSchema: Splice = {
  id: 'tool-schema',
  since: '2026-09',
  evidence: 'docs/cortex-quirks.md#tool-keys',
  applies: everywhere,
  edit(view) {
    const edits = view.tools.flatMap(editSchema);
    const because = 'Cortex refuses the name of the schema language, which means nothing to the model';
    const named = edits.some(({ path }) => path.at(-1) === '$schema');
    return {
      edits,
      notes: named ? [{ code: 'dropped', path: 'tools[].input_schema.$schema', because, harmless: true }] : [],
    };
  },
};

function editSchema(tool: JsonView, index: number): JsonEdit[] {
  const path = ['tools', index, 'input_schema'];
  const schema = tool.get('input_schema');
  if (schema?.isObject !== true) return [{ path, set: { type: 'object', properties: {} } }];
  return [
    ...(schema.get('$schema') === undefined ? [] : [{ path: [...path, '$schema'], remove: true as const }]),
    ...(schema.textOf('type') === 'object' ? [] : [{ path: [...path, 'type'], set: 'object' }]),
  ];
}
