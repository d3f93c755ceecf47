/** What a request may ask of the answer: its length, its randomness, its effort and its form. */
import { isObject, type Json, type JsonObject } from '../../ir/json.ts';
import type { SandboxModel } from '../model-table.ts';
import { refuseMessages } from './messages-errors.ts';
import { stringOf } from './messages-request.ts';
import { firstRefusal, type Rule } from './rule.ts';

const THEORETICAL_OUTPUT_TOKENS = 131_072;
const REST_TABLE_OUTPUT_TOKENS = 16_384;
/** Claude 4.1 and older: no structured output, but temperature and top_p together. */
const BEFORE_4_5 = /^claude-[34]-/;
/** Keywords that structured output does not take, by type. */
const BOUNDS: Record<string, readonly string[]> = {
  integer: ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'],
  number: ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'],
  string: ['minLength', 'maxLength'],
  array: ['maxItems'],
};

export const outputRules: readonly Rule[] = [
  /** docs/cortex-quirks.md#output-cap */
  function maxTokens({ maxTokens: wanted }, model, { outputCap }) {
    const limits = { model: model.maxOutput, 'rest-table': REST_TABLE_OUTPUT_TOKENS, none: THEORETICAL_OUTPUT_TOKENS };
    const limit = limits[outputCap];
    return wanted > limit ? refuseMessages('max-tokens-cap', { wanted, limit, model: model.name }) : undefined;
  },

  /** docs/cortex-quirks.md#sampling-refused */
  function sampling({ body }, model, { sampling: mode }) {
    if (!model.sampling) {
      const field = ['temperature', 'top_p', 'top_k'].find((name) => typeof body[name] === 'number');
      return field === undefined || mode === 'ignore' ? undefined : refuseMessages('sampling-deprecated', { field });
    }
    const { temperature, top_p: topP } = body;
    if (typeof temperature !== 'number') return undefined;
    if (temperature < 0 || temperature > 1) return refuseMessages('temperature-range');
    return typeof topP === 'number' && !BEFORE_4_5.test(model.name) ? refuseMessages('sampling-both') : undefined;
  },

  /** docs/cortex-quirks.md#effort-ladder */
  function effort({ outputConfig }, model) {
    if (typeof outputConfig.effort !== 'string') return undefined;
    if (!takesEffort(model)) return refuseMessages('effort-unsupported');
    if (model.efforts.includes(outputConfig.effort)) return undefined;
    return refuseMessages('effort-level', { effort: outputConfig.effort, levels: model.efforts.join(', ') });
  },

  function format({ outputConfig }, model) {
    if (!isObject(outputConfig.format)) return undefined;
    if (BEFORE_4_5.test(model.name)) return refuseMessages('format-unsupported', { model: model.name });
    return checkSchema(outputConfig.format.schema);
  },
];

/** Models with a budget for thinking turn it into no effort, except Opus 4.5, which knew both first. */
function takesEffort({ name, thinking }: SandboxModel): boolean {
  return thinking === 'adaptive' || thinking === 'adaptive-or-budget' || name === 'claude-opus-4-5';
}

/** Structured output compiles the schema to a grammar: objects are closed and bounds are unknown. */
function checkSchema(schema: Json | undefined): ReturnType<Rule> {
  if (Array.isArray(schema)) return firstRefusal(schema, checkSchema);
  if (!isObject(schema)) return undefined;
  const { type } = schema;
  if (type === 'object' && schema.additionalProperties !== false) return refuseMessages('format-open-object');
  const names = typeof type === 'string' ? (BOUNDS[type] ?? []).filter((name) => schema[name] !== undefined) : [];
  if (names.length > 0) return refuseMessages('format-bounds', { type: stringOf(type), names: names.join(', ') });
  return firstRefusal(subschemasOf(schema), checkSchema);
}

function subschemasOf(schema: JsonObject): Json[] {
  const lists = [schema.anyOf, schema.oneOf, schema.allOf, schema.prefixItems, schema.items];
  const maps = [schema.properties, schema.$defs, schema.definitions];
  return [
    ...lists.flatMap((list) => list ?? []),
    ...maps.flatMap((map) => (isObject(map) ? Object.values(map) : [])),
  ].filter((each) => each !== undefined);
}
