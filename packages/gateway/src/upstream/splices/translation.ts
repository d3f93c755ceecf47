/**
 * When edits of the bytes are not enough: what in a body must go through the IR, because text has to be
 * rewritten, history repaired, or a model asked in another way. Checked as strictly as Cortex does, and
 * no further: everything else it may judge by itself.
 */
import { propertyNameOnWire } from '../../ir/property-names.ts';
import { toolNameOnWire } from '../../ir/tool-names.ts';
import type { JsonView } from '../../kit/json-view.ts';
import { writeStrictSchema } from '../../protocols/anthropic-messages/json-schema.ts';
import type { AnswerPlan } from './answer-plan.ts';
import { findBlockFault } from './block-faults.ts';
import { findHistoryFault } from './history-faults.ts';
import type { MessagesView } from './messages-view.ts';
import { schemaOf } from './output-schema.ts';
import type { SpliceTarget } from './splice.ts';

const COMBINERS = ['anyOf', 'oneOf', 'allOf'];

/** Why this body must be translated; undefined when splices are enough. */
export function reasonToTranslate(
  view: MessagesView,
  target: SpliceTarget,
  { thinking }: AnswerPlan,
): string | undefined {
  const budgeted =
    typeof thinking === 'object'
      ? thinking.type === 'enabled'
      : thinking === 'own' && view.field('thinking')?.textOf('type') === 'enabled';
  return (
    findSystemFault(view) ??
    findBlockFault(view, target) ??
    findHistoryFault(view, target, budgeted) ??
    findToolFault(view, target) ??
    findOutputFault(view, target)
  );
}

function findSystemFault(view: MessagesView): string | undefined {
  const system = view.field('system');
  if (system === undefined) return undefined;
  if (!system.isArray && system.text() === undefined) return 'the system is neither a string nor an array';
  return view.system.some(({ type }) => type !== 'text') ? 'the system holds other blocks than text' : undefined;
}

function findToolFault(view: MessagesView, { capabilities }: SpliceTarget): string | undefined {
  const tools = view.field('tools');
  if (tools !== undefined && !tools.isArray) return 'tools is no array';
  const names = new Set<string>();
  for (const tool of view.tools) {
    const type = tool.get('type');
    const name = tool.textOf('name');
    if (name === undefined) return 'a tool has no name';
    if (type !== undefined && !type.isNull && type.text() !== 'custom')
      return `the tool "${name}" is of a type of its own`;
    if (toolNameOnWire(name) !== name) return `the name of the tool "${name}" is not taken`;
    if (names.has(name)) return `two tools are named "${name}"`;
    names.add(name);
    const schema = tool.get('input_schema');
    if (schema === undefined) continue;
    if (COMBINERS.some((combiner) => schema.get(combiner) !== undefined)) {
      return `the schema of the tool "${name}" is a combination`;
    }
    // docs/cortex-quirks.md#property-names
    if (namesOddProperty(schema)) return `a property of the tool "${name}" has a name that is not taken`;
  }
  const choice = view.field('tool_choice');
  if (choice === undefined) return undefined;
  if (!choice.isObject) return 'tool_choice is no object';
  const type = choice.textOf('type');
  if (type !== 'any' && type !== 'tool') return undefined;
  if (names.size === 0) return 'a call is demanded and there is no tool';
  return capabilities.forcedTools === false ? 'this model cannot be forced to call a tool' : undefined;
}

/** Any object called `properties` counts as one that holds properties by name, wherever it stands. */
function namesOddProperty(schema: JsonView): boolean {
  for (const key of schema.keys()) {
    const value = schema.get(key);
    if (value === undefined || !(value.isObject || value.isArray)) continue;
    if (key === 'properties' && value.keys().some((name) => propertyNameOnWire(name) !== name)) return true;
    if (namesOddProperty(value)) return true;
  }
  return schema.items().some(namesOddProperty);
}

function findOutputFault(view: MessagesView, { capabilities }: SpliceTarget): string | undefined {
  if (view.field('output_format') !== undefined) return 'output_format is the older form of output_config.format';
  const schema = schemaOf(view);
  if (schema === undefined) return undefined;
  if (capabilities.structuredOutput !== 'native') return 'this model has no structured output';
  return writeStrictSchema(schema).lost.length > 0 ? 'structured output cannot express the schema' : undefined;
}
