/**
 * Snowflake's compatibility chart for requests, row by row (Snowflake docs, Cortex Chat Completions API). An error cell
 * holds the name of the refusal. Rows with sub-fields only ("See sub-fields") are left out.
 * The chart's footnotes ("only function tools", "ephemeral only") are rules, in `../chat-completions/rules-*.ts`.
 */
import type { ModelFamily } from '../model-table.ts';
import type { ChatErrorName } from './chat-errors.ts';

type Support = 'supported' | 'ignored' | { error: ChatErrorName };

export interface RequestRow {
  /** `[]` stands for every element of an array. */
  field: string;
  openai: Support;
  claude: Support;
  other: Support;
}

export const REQUEST_CHART: readonly RequestRow[] = [
  row('model', 'supported', 'supported', 'supported'),
  row('messages[].audio', { error: 'audio' }, 'ignored', 'ignored'),
  row('messages[].role', 'supported', 'supported', 'supported'),
  row('messages[].content', 'supported', 'supported', 'supported'),
  row('messages[].content[].text', 'supported', 'supported', 'supported'),
  row('messages[].content[].type', 'supported', 'supported', 'supported'),
  row('messages[].content[].image_url', 'supported', 'supported', { error: 'image-part' }),
  row('messages[].content[].cache_control', 'ignored', 'supported', 'ignored'),
  row('messages[].content[].file', { error: 'file-part' }, { error: 'file-part' }, 'ignored'),
  row('messages[].content[].input_audio', { error: 'audio-part' }, 'ignored', 'ignored'),
  row('messages[].content[].refusal', 'supported', 'ignored', 'ignored'),
  row('messages[].function_call', 'supported', 'ignored', 'ignored'),
  row('messages[].name', 'supported', 'ignored', 'ignored'),
  row('messages[].refusal', 'supported', 'ignored', 'ignored'),
  row('messages[].tool_call_id', 'supported', 'supported', 'ignored'),
  row('messages[].tool_calls', 'supported', 'supported', 'ignored'),
  row('messages[].reasoning_details', 'ignored', 'supported', 'ignored'),
  row('audio', { error: 'audio' }, 'ignored', 'ignored'),
  row('frequency_penalty', 'supported', 'ignored', 'ignored'),
  row('logit_bias', 'supported', 'ignored', 'ignored'),
  row('logprobs', 'supported', 'ignored', 'ignored'),
  row('max_tokens', { error: 'max-tokens' }, { error: 'max-tokens' }, { error: 'max-tokens' }),
  row('max_completion_tokens', 'supported', 'supported', 'supported'),
  row('metadata', 'ignored', 'ignored', 'ignored'),
  row('modalities', 'ignored', 'ignored', 'ignored'),
  row('n', 'supported', 'ignored', 'ignored'),
  row('parallel_tool_calls', 'supported', 'ignored', 'ignored'),
  row('prediction', 'supported', 'ignored', 'ignored'),
  row('presence_penalty', 'supported', 'ignored', 'ignored'),
  row('prompt_cache_key', 'supported', 'ignored', 'ignored'),
  row('reasoning_effort', 'supported', 'ignored', 'ignored'),
  row('reasoning.effort', 'supported', 'supported', 'ignored'),
  row('reasoning.max_tokens', 'ignored', 'supported', 'ignored'),
  row('response_format', 'supported', 'supported', 'ignored'),
  row('safety_identifier', 'ignored', 'ignored', 'ignored'),
  row('service_tier', { error: 'service-tier' }, { error: 'service-tier' }, { error: 'service-tier' }),
  row('stop', 'supported', 'ignored', 'ignored'),
  row('store', { error: 'store' }, { error: 'store' }, { error: 'store' }),
  row('stream', 'supported', 'supported', 'supported'),
  row('stream_options.include_obfuscation', 'ignored', 'ignored', 'ignored'),
  row('stream_options.include_usage', 'supported', 'supported', 'supported'),
  row('temperature', 'supported', 'supported', 'supported'),
  row('tool_choice', 'supported', 'supported', 'ignored'),
  row('tools', 'supported', 'supported', { error: 'no-tools' }),
  row('top_logprobs', 'supported', 'ignored', 'ignored'),
  row('top_p', 'supported', 'supported', 'supported'),
  row('verbosity', 'supported', 'ignored', 'ignored'),
  row('web_search_options', { error: 'web-search' }, 'ignored', 'ignored'),
];

/** True when requests to this family may rely on the field. */
export function honours(family: ModelFamily, field: string): boolean {
  return REQUEST_CHART.find((each) => each.field === field)?.[family] === 'supported';
}

function row(field: string, openai: Support, claude: Support, other: Support): RequestRow {
  return { field, openai, claude, other };
}
