/**
 * What Cortex Chat Completions does with each request field, by model family: Snowflake's own
 * compatibility chart (Cortex Chat Completions API, "Detailed compatibility chart") as data.
 */
import type { ModelCapabilities } from '../protocols/codec.ts';

export type Verdict = 'supported' | 'ignored' | 'refused' | 'unlisted';

interface ChartRow {
  openai: Verdict;
  claude: Verdict;
  other: Verdict;
  /** The mend that honours or replaces the field where Cortex does not. Without one it is dropped with a note. */
  mend?: string;
}

function row(openai: Verdict, claude: Verdict, other: Verdict, mend?: string): ChartRow {
  return { openai, claude, other, ...(mend === undefined ? {} : { mend }) };
}

export const CORTEX_CHART: Readonly<Record<string, ChartRow>> = {
  model: row('supported', 'supported', 'supported'),
  messages: row('supported', 'supported', 'supported'),
  'messages[].role': row('supported', 'supported', 'supported', 'developer-role'),
  'messages[].content': row('supported', 'supported', 'supported', 'content-empty-array'),
  'messages[].audio': row('refused', 'ignored', 'ignored'),
  'messages[].function_call': row('supported', 'ignored', 'ignored'),
  'messages[].name': row('supported', 'ignored', 'ignored'),
  'messages[].refusal': row('supported', 'ignored', 'ignored'),
  'messages[].tool_call_id': row('supported', 'supported', 'ignored', 'tools-unsupported'),
  'messages[].tool_calls': row('supported', 'supported', 'ignored', 'tools-unsupported'),
  'messages[].reasoning_details': row('ignored', 'supported', 'ignored'),
  'messages[].content[].type': row('supported', 'supported', 'supported'),
  'messages[].content[].text': row('supported', 'supported', 'supported'),
  'messages[].content[].image_url': row('supported', 'supported', 'refused', 'images-unsupported'),
  'messages[].content[].cache_control': row('ignored', 'supported', 'ignored'),
  'messages[].content[].file': row('refused', 'refused', 'ignored', 'media-unsupported'),
  'messages[].content[].input_audio': row('refused', 'ignored', 'ignored', 'media-unsupported'),
  'messages[].content[].refusal': row('supported', 'ignored', 'ignored'),
  audio: row('refused', 'ignored', 'ignored'),
  frequency_penalty: row('supported', 'ignored', 'ignored'),
  logit_bias: row('supported', 'ignored', 'ignored'),
  logprobs: row('supported', 'ignored', 'ignored'),
  max_tokens: row('refused', 'refused', 'refused', 'max-tokens-renamed'),
  max_completion_tokens: row('supported', 'supported', 'supported', 'max-tokens-renamed'),
  metadata: row('ignored', 'ignored', 'ignored'),
  modalities: row('ignored', 'ignored', 'ignored'),
  // Supported for OpenAI models, but one rule for all families keeps usage and streams simple: several requests.
  n: row('supported', 'ignored', 'ignored', 'one-choice'),
  parallel_tool_calls: row('supported', 'ignored', 'ignored'),
  prediction: row('supported', 'ignored', 'ignored'),
  presence_penalty: row('supported', 'ignored', 'ignored'),
  prompt_cache_key: row('supported', 'ignored', 'ignored'),
  reasoning_effort: row('supported', 'ignored', 'ignored', 'reasoning-forms'),
  reasoning: row('supported', 'supported', 'ignored', 'reasoning-forms'),
  response_format: row('supported', 'supported', 'ignored', 'json-output'),
  safety_identifier: row('ignored', 'ignored', 'ignored'),
  service_tier: row('refused', 'refused', 'refused'),
  stop: row('supported', 'ignored', 'ignored', 'stop-sequences'),
  store: row('refused', 'refused', 'refused'),
  stream: row('supported', 'supported', 'supported'),
  stream_options: row('supported', 'supported', 'supported', 'include-usage'),
  'stream_options.include_usage': row('supported', 'supported', 'supported', 'include-usage'),
  'stream_options.include_obfuscation': row('ignored', 'ignored', 'ignored', 'include-usage'),
  temperature: row('supported', 'supported', 'supported', 'sampling-refused'),
  tool_choice: row('supported', 'supported', 'ignored', 'tools-unsupported'),
  tools: row('supported', 'supported', 'refused', 'tools-unsupported'),
  top_logprobs: row('supported', 'ignored', 'ignored'),
  top_p: row('supported', 'supported', 'supported', 'sampling-refused'),
  verbosity: row('supported', 'ignored', 'ignored'),
  web_search_options: row('refused', 'ignored', 'ignored'),
};

/** What the catalogue knows of a single model is newer than what the chart says of its family. */
const BY_CAPABILITY: Readonly<Record<string, (capabilities: ModelCapabilities) => boolean>> = {
  tools: ({ tools }) => tools,
  tool_choice: ({ tools }) => tools,
  'messages[].tool_calls': ({ tools }) => tools,
  'messages[].tool_call_id': ({ tools }) => tools,
  'messages[].content[].image_url': ({ vision }) => vision,
  response_format: ({ structuredOutput }) => structuredOutput === 'native',
  reasoning_effort: ({ reasoning }) => reasoning === 'effort',
};

/** What Cortex does with a field, spelled as in the chart (`messages[].content[].file`), for a model. */
export function verdictOf(field: string, capabilities: ModelCapabilities): Verdict {
  if (!Object.hasOwn(CORTEX_CHART, field)) return 'unlisted';
  const can = Object.hasOwn(BY_CAPABILITY, field) && BY_CAPABILITY[field]!(capabilities);
  return can ? 'supported' : CORTEX_CHART[field]![capabilities.family];
}
