/**
 * Snowflake's compatibility chart for responses. Cortex writes every field for every family; one that a family does
 * not support holds its zero value (docs/cortex-quirks.md#zero-structs). Where a recording contradicts the chart,
 * `recorded` wins and says which recording.
 */
import type { ModelFamily } from '../model-table.ts';

export interface ResponseRow {
  field: string;
  openai: boolean;
  claude: boolean;
  other: boolean;
  /** What the wire shows where the chart says otherwise. */
  recorded?: { families: Partial<Record<ModelFamily, boolean>>; source: string };
}

const YES = true;
const NO = false;
const LLAMA = 'pydantic-ai cassette test_snowflake_llama, 2026-07-07';
const STREAM = 'pydantic-ai cassette test_snowflake_model_streaming, 2026-07-07';
const SIMPLE = 'pydantic-ai cassettes test_snowflake_model_simple and test_snowflake_llama, 2026-07-07';

export const RESPONSE_CHART: readonly ResponseRow[] = [
  row('id', YES, YES, YES, { families: { claude: NO, other: NO }, source: SIMPLE }),
  row('object', YES, YES, YES),
  row('created', YES, YES, YES),
  row('model', YES, YES, YES, {
    families: { openai: NO },
    source: 'pydantic-ai cassette test_snowflake_openai_model, 2026-07-07 (streams do name it: positron, 2025-11-24)',
  }),
  row('choices[].index', YES, YES, YES),
  row('choices[].finish_reason', YES, NO, YES, { families: { other: NO }, source: LLAMA }),
  row('choices[].logprobs', YES, NO, NO),
  row('choices[].message.content', YES, YES, YES),
  row('choices[].message.role', YES, YES, YES),
  row('choices[].message.refusal', YES, NO, NO),
  row('choices[].message.annotations', NO, NO, NO),
  row('choices[].message.audio', NO, NO, NO),
  row('choices[].message.function_call', YES, NO, NO),
  row('choices[].message.tool_calls', YES, YES, NO),
  row('choices[].message.reasoning', NO, YES, NO),
  row('choices[].delta.content', YES, YES, YES),
  row('choices[].delta.role', YES, NO, NO, { families: { claude: YES, other: YES }, source: STREAM }),
  row('choices[].delta.refusal', YES, NO, NO),
  row('choices[].delta.function_call', YES, NO, NO),
  row('choices[].delta.tool_calls', YES, YES, NO),
  row('choices[].delta.reasoning', NO, YES, NO),
  row('usage.prompt_tokens', YES, YES, YES),
  row('usage.completion_tokens', YES, YES, YES),
  row('usage.total_tokens', YES, YES, YES),
  row('usage.prompt_tokens_details.audio_tokens', NO, NO, NO),
  row('usage.prompt_tokens_details.cached_tokens', YES, YES, NO),
  row('usage.completion_tokens_details.accepted_prediction_tokens', YES, NO, NO),
  row('usage.completion_tokens_details.audio_tokens', NO, NO, NO),
  row('usage.completion_tokens_details.reasoning_tokens', YES, NO, NO),
  row('usage.completion_tokens_details.rejected_prediction_tokens', YES, NO, NO),
  row('service_tier', YES, NO, NO),
  row('system_fingerprint', YES, NO, NO),
];

function row(
  field: string,
  openai: boolean,
  claude: boolean,
  other: boolean,
  recorded?: ResponseRow['recorded'],
): ResponseRow {
  return { field, openai, claude, other, ...(recorded === undefined ? {} : { recorded }) };
}

const FILLED: Record<ModelFamily, ReadonlySet<string>> = {
  openai: filledBy('openai'),
  claude: filledBy('claude'),
  other: filledBy('other'),
};

/** True when answers of this family fill the field; false when it holds its zero value. */
export function fills(family: ModelFamily, field: string): boolean {
  return FILLED[family].has(field);
}

function filledBy(family: ModelFamily): ReadonlySet<string> {
  const rows = RESPONSE_CHART.filter((each) => each.recorded?.families[family] ?? each[family]);
  return new Set(rows.map((each) => each.field));
}
