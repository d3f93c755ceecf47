import { isDeepStrictEqual } from 'node:util';
import { isObject, type JsonObject } from '../../ir/json.ts';
import { writeStrictSchema } from '../../protocols/anthropic-messages/json-schema.ts';
import type { MessagesView } from './messages-view.ts';
import { everywhere, type Splice, UNTOUCHED } from './splice.ts';

/** A schema for the answer in the form that Claude's structured output takes, where it can be brought into it. */
export const outputSchema: Splice = {
  id: 'output-schema',
  since: '2026-11',
  evidence: 'docs/cortex-quirks.md#output-schema',
  applies: everywhere,
  edit(view) {
    const schema = schemaOf(view);
    if (schema === undefined) return UNTOUCHED;
    const { schema: strict } = writeStrictSchema(schema);
    if (isDeepStrictEqual(strict, schema)) return UNTOUCHED;
    const because = 'keywords that structured output does not know are told in descriptions';
    return {
      edits: [{ path: ['output_config', 'format', 'schema'], set: strict }],
      notes: [{ code: 'coerced', path: 'output_config.format.schema', because, harmless: true }],
    };
  },
};

/** The schema that the answer is to satisfy. */
export function schemaOf(view: MessagesView): JsonObject | undefined {
  const schema = view.field('output_config')?.get('format')?.get('schema')?.parse();
  return isObject(schema) ? schema : undefined;
}
