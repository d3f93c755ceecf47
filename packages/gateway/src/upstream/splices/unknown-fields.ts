import { CONTEXT_MANAGEMENT, hasFlag } from './beta-flags.ts';
import { closeObject, joinEdited } from './closed-object.ts';
import { everywhere, type Splice } from './splice.ts';

const BODY = new Set([
  'model',
  'max_tokens',
  'messages',
  'cache_control',
  'system',
  'stop_sequences',
  'stream',
  'temperature',
  'top_k',
  'top_p',
  'tools',
  'tool_choice',
  'metadata',
  'thinking',
  'output_config',
]);
const BODY_WITH_CONTEXT_MANAGEMENT = new Set([...BODY, 'context_management']);
const METADATA = new Set(['user_id']);
const TOOL_CHOICE = new Set(['type', 'name', 'disable_parallel_tool_use']);
const FORMAT = new Set(['type', 'schema']);

/** Fields of the request itself that Cortex does not know: `service_tier`, `context_management` without its flag, what comes next. */
export const unknownFields: Splice = {
  id: 'unknown-fields',
  since: '2026-09',
  evidence: 'docs/cortex-quirks.md#tool-keys',
  applies: everywhere,
  edit(view, target) {
    const known = hasFlag(CONTEXT_MANAGEMENT, target) ? BODY_WITH_CONTEXT_MANAGEMENT : BODY;
    const { root } = view;
    const metadata = view.field('metadata');
    const choice = view.field('tool_choice');
    const format = view.field('output_config')?.get('format');
    return joinEdited([
      closeObject(root, { path: [] }, known, undefined),
      ...(metadata === undefined ? [] : [closeObject(metadata, { path: ['metadata'] }, METADATA, 'metadata')]),
      ...(choice === undefined ? [] : [closeObject(choice, { path: ['tool_choice'] }, TOOL_CHOICE, 'tool_choice')]),
      ...(format === undefined
        ? []
        : [closeObject(format, { path: ['output_config', 'format'] }, FORMAT, 'output_config.format')]),
    ]);
  },
};
