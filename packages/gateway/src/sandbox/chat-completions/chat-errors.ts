/** The refusals of `/v1/chat/completions`, as data. `evidence` as in `../errors.ts`. */
import type { CortexError } from '../errors.ts';

const CHART = 'Snowflake docs, Chat Completions compatibility chart: an error, text unpublished';
const ANTHROPIC = "Anthropic's text for the same rule; Snowflake's wrapping is assumed";
const BEDROCK = "Bedrock Converse's text for the same rule; Snowflake's wrapping is assumed";
const OPENAI = "OpenAI's text for the same rule; Snowflake's wrapping is assumed";

export const CHAT_ERRORS = {
  'max-tokens': {
    status: 400,
    text: 'max_tokens is deprecated in favor of max_completion_tokens',
    evidence: 'recorded',
    source: 'deepagents on Cortex, 2026-09-03; hermes-snowflake, 2026-08',
  },
  store: { status: 400, text: 'store is not supported', evidence: 'inferred', source: CHART },
  'service-tier': { status: 400, text: 'service_tier is not supported', evidence: 'inferred', source: CHART },
  audio: { status: 400, text: 'audio is not supported', evidence: 'inferred', source: CHART },
  'web-search': { status: 400, text: 'web_search_options is not supported', evidence: 'inferred', source: CHART },
  'file-part': { status: 400, text: 'content type "file" is not supported', evidence: 'inferred', source: CHART },
  'audio-part': {
    status: 400,
    text: 'content type "input_audio" is not supported',
    evidence: 'inferred',
    source: CHART,
  },
  'image-part': {
    status: 400,
    text: 'image input is not supported for this model',
    evidence: 'inferred',
    source: CHART,
  },
  'no-tools': {
    status: 400,
    text: 'tool calling is not supported for this model',
    evidence: 'recorded',
    source: 'deepagents on Cortex, 2026-09-03, llama4-maverick and mistral-large2',
  },
  'unknown-role': {
    status: 400,
    text: 'unknown role "{role}"',
    evidence: 'recorded',
    source: 'LiteLLM #29964, 2026-06-08, for role tool',
  },
  'unknown-field': { status: 400, text: 'unknown field "{field}"', evidence: 'inferred', source: 'no publication' },
  'function-tools-only': {
    status: 400,
    text: 'only tools of type "function" are supported for this model',
    evidence: 'inferred',
    source: CHART,
  },
  'tool-name': {
    status: 400,
    text: "Invalid 'tools[{index}].function.name': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]{1,64}$'.",
    evidence: 'inferred',
    source: OPENAI,
  },
  'tool-choice': {
    status: 400,
    text: "tool_choice names a tool that is not in 'tools'",
    evidence: 'inferred',
    source: 'OpenAI and Anthropic both refuse it; text unpublished',
  },
  'output-limit': {
    status: 400,
    text: 'max tokens of {limit} exceeded',
    evidence: 'documented',
    source: 'Snowflake docs, Cortex REST API: max tokens of <count> exceeded',
  },
  'output-positive': {
    status: 400,
    text: 'max_completion_tokens must be a positive integer',
    evidence: 'inferred',
    source: 'no publication',
  },
  'tiny-output': {
    status: 400,
    text: 'invalid request',
    evidence: 'reported',
    source: 'frostclaw live test: gpt-5.1, 5.2, 5.4 with max_completion_tokens 1 and no reasoning_effort',
  },
  'effort-word': {
    status: 400,
    text: 'invalid reasoning effort "{effort}"',
    evidence: 'inferred',
    source: 'no publication',
  },
  'tools-with-reasoning': {
    status: 400,
    text: "Function tools with reasoning_effort are not supported for {model} in /v1/chat/completions. Please use /v1/responses or set reasoning_effort to 'none'.",
    evidence: 'reported',
    source: 'hermes-snowflake, 2026-08: the first seven words are quoted',
  },
  'unpaired-tool-use': {
    status: 400,
    text: "Each 'toolUse' block must be accompanied with a matching 'toolResult' block.",
    evidence: 'recorded',
    source: 'crewAI #6005, 2026-06-02; LiteLLM #29964; hermes-snowflake; deepagents on Cortex',
  },
  'orphan-tool-result': {
    status: 400,
    text: 'The number of toolResult blocks at messages.{index}.content exceeds the number of toolUse blocks of previous turn.',
    evidence: 'inferred',
    source: BEDROCK,
  },
  'tool-config': {
    status: 400,
    text: 'The toolConfig field must be defined when using toolUse and toolResult content blocks.',
    evidence: 'inferred',
    source: BEDROCK,
  },
  'assistant-last-with-tools': {
    status: 400,
    text: 'invalid request parameters: Requests cannot contain `assistant` role in the final position when `tools` are used.',
    evidence: 'recorded',
    source: 'aaif-goose/goose #5997, 2025-12-05',
  },
  prefill: {
    status: 400,
    text: 'This model does not support assistant message prefill. The conversation must end with a user message.',
    evidence: 'reported',
    source: 'isaacsummers/frostclaw quotes the first sentence',
  },
  'json-object': {
    status: 400,
    text: 'response_format type "json_object" is not supported for this model',
    evidence: 'inferred',
    source: 'chart and pydantic-ai: Claude supports only json_schema; text unpublished',
  },
  'json-schema': {
    status: 400,
    text: 'response_format is not supported for this model',
    evidence: 'inferred',
    source: 'isaacsummers/frostclaw, status only',
  },
  'thinking-temperature': {
    status: 400,
    text: 'invalid request parameters: `temperature` may only be set to 1 when thinking is enabled.',
    evidence: 'inferred',
    source: `pydantic-ai, 2026-08-08, for the rule; ${ANTHROPIC}`,
  },
  'thinking-top-p': {
    status: 400,
    text: 'invalid request parameters: `top_p` must be greater than or equal to 0.95 or unset when thinking is enabled.',
    evidence: 'inferred',
    source: ANTHROPIC,
  },
  'thinking-budget': {
    status: 400,
    text: 'invalid request parameters: `max_tokens` must be greater than `thinking.budget_tokens`.',
    evidence: 'inferred',
    source: ANTHROPIC,
  },
  'thinking-minimum': {
    status: 400,
    text: 'invalid request parameters: thinking.enabled.budget_tokens: Input should be greater than or equal to 1024',
    evidence: 'inferred',
    source: ANTHROPIC,
  },
  'thinking-forced-tool': {
    status: 400,
    text: 'invalid request parameters: Thinking may not be enabled when tool_choice forces tool use.',
    evidence: 'inferred',
    source: ANTHROPIC,
  },
  'thinking-signature': {
    status: 400,
    text: 'invalid request parameters: messages.{index}.content.0: Invalid `signature` in `thinking` block',
    evidence: 'inferred',
    source: ANTHROPIC,
  },
  sampling: {
    status: 400,
    text: 'invalid request parameters: `{field}` is deprecated for this model.',
    evidence: 'inferred',
    source: `RooCode #12162, 2026-04-21, and pr-agent #2456 for the rule; ${ANTHROPIC}`,
  },
  'temperature-range': {
    status: 400,
    text: 'invalid request parameters: temperature: range: 0..{limit}',
    evidence: 'inferred',
    source: ANTHROPIC,
  },
  'cache-marks': {
    status: 400,
    text: 'invalid request parameters: A maximum of 4 blocks with cache_control may be provided. Found {count}.',
    evidence: 'inferred',
    source: `altimate-code #1020 for the limit; ${ANTHROPIC}`,
  },
  'cache-type': {
    status: 400,
    text: 'cache_control type must be "ephemeral"',
    evidence: 'inferred',
    source: 'chart: ephemeral only; text unpublished',
  },
  'cache-ttl': {
    status: 400,
    text: 'cache_control.ttl is not supported',
    evidence: 'inferred',
    source: 'isaacsummers/frostclaw: only the five-minute time to live; text unpublished',
  },
  'blank-text': {
    status: 400,
    text: 'The text field in the ContentBlock object at messages.{index}.content.{block} is blank. Add text to the text field, and try again.',
    evidence: 'inferred',
    source: BEDROCK,
  },
  'image-url': {
    status: 400,
    text: 'image_url must be a base64 data URL',
    evidence: 'inferred',
    source: 'Snowflake docs: base64 only; text unpublished',
  },
  'image-count': {
    status: 400,
    text: 'a conversation may have at most 20 images',
    evidence: 'inferred',
    source: 'Snowflake docs, Chat Completions API, limitations; text unpublished',
  },
  'context-window': {
    status: 400,
    text: 'max tokens of {limit} exceeded',
    evidence: 'documented',
    source: 'Snowflake docs, Cortex REST API: max tokens of <count> exceeded',
  },
  'openai-role': {
    status: 400,
    text: "Invalid value: '{role}'. Supported values are: 'system', 'assistant', 'user', 'function', 'tool', and 'developer'.",
    evidence: 'inferred',
    source: OPENAI,
  },
  'openai-orphan-tool': {
    status: 400,
    text: "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.",
    evidence: 'inferred',
    source: OPENAI,
  },
  'openai-unanswered-calls': {
    status: 400,
    text: "An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The following tool_call_ids did not have response messages: {ids}",
    evidence: 'inferred',
    source: OPENAI,
  },
  'openai-call-id-length': {
    status: 400,
    text: "Invalid '{path}': string too long. Expected a string with maximum length 40, but instead got a string with length {length} instead.",
    evidence: 'inferred',
    source: OPENAI,
  },
  'openai-word-json': {
    status: 400,
    text: "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.",
    evidence: 'inferred',
    source: `isaacsummers/frostclaw for the rule; ${OPENAI}`,
  },
  'openai-choices': {
    status: 400,
    text: "Invalid 'n': integer out of range. Expected a value between 1 and 128, but got {n} instead.",
    evidence: 'inferred',
    source: OPENAI,
  },
  'openai-content-type': {
    status: 400,
    text: "Invalid value: '{type}'. Supported values are: 'text', 'image_url', 'input_audio', 'refusal', 'audio', and 'file'.",
    evidence: 'inferred',
    source: OPENAI,
  },
  'openai-image-role': {
    status: 400,
    text: "Invalid 'messages[{index}]'. Image URLs are only allowed for messages with role 'user', but this message with role '{role}' contains an image URL.",
    evidence: 'inferred',
    source: `OpenHands #7700, 2025-04, for role tool; openai-node #1030 for role assistant; ${OPENAI}`,
  },
  'openai-top-logprobs': {
    status: 400,
    text: "The 'top_logprobs' parameter is only allowed when 'logprobs' is enabled.",
    evidence: 'inferred',
    source: OPENAI,
  },
} as const satisfies Record<string, CortexError>;

export type ChatErrorName = keyof typeof CHAT_ERRORS;
