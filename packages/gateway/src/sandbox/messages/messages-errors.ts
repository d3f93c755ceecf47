/**
 * The refusals of `/v1/messages`, as data; `evidence` as in `../errors.ts`. Cortex hands Anthropic's words on inside
 * `invalid request parameters: "…"` (docs/cortex-quirks.md#anthropic-text-wrapped).
 */
import { type CortexError, type Refusal, refusalOf } from '../errors.ts';

type Evidence = CortexError['evidence'];

interface MessagesError {
  text: string;
  evidence: Evidence;
  source: string;
  /** Where it is not a wrapped 400. */
  status?: number;
  bare?: true;
}

const SCHEMA = "Anthropic's request schema, in the words its API uses; wrapping as recorded";
const SEEN_ON_ANTHROPIC = 'met on Anthropic or Bedrock; wrapping as recorded';

const MESSAGES_ERRORS = {
  extra: {
    text: '{path}: Extra inputs are not permitted',
    evidence: 'recorded',
    source: 'isaacsummers/frostclaw, tools.0.custom.eager_input_streaming on claude-haiku-4-5',
  },
  required: { text: '{path}: Field required', evidence: 'inferred', source: SCHEMA },
  'wrong-type': { text: '{path}: Input should be {wanted}', evidence: 'inferred', source: SCHEMA },
  'wrong-tag': {
    text: "{path}: Input tag '{tag}' found using 'type' does not match any of the expected tags: {wanted}",
    evidence: 'inferred',
    source: 'claude-code issues on server tools behind Bedrock',
  },
  pattern: { text: "{path}: String should match pattern '{pattern}'", evidence: 'inferred', source: SCHEMA },
  'not-claude': {
    text: 'model "{model}" is not supported by the messages API',
    evidence: 'inferred',
    source: 'Snowflake docs, Cortex REST API: Messages is for Claude only; text unpublished',
    bare: true,
  },
  version: {
    text: 'anthropic-version: header is required',
    evidence: 'inferred',
    source: 'Snowflake docs call the header required; text of Anthropic',
  },
  beta: {
    text: 'invalid beta flag',
    evidence: 'reported',
    source: 'isaacsummers/frostclaw; Bedrock sends exactly this (LiteLLM #16561)',
    bare: true,
  },
  'max-tokens-minimum': {
    text: 'max_tokens: Input should be greater than or equal to 1',
    evidence: 'inferred',
    source: SCHEMA,
  },
  'max-tokens-cap': {
    text: 'max_tokens: {wanted} > {limit}, which is the maximum allowed number of output tokens for {model}',
    evidence: 'inferred',
    source: SEEN_ON_ANTHROPIC,
  },
  'prompt-too-long': {
    text: 'prompt is too long: {tokens} tokens > {limit} maximum',
    evidence: 'inferred',
    source: SEEN_ON_ANTHROPIC,
  },
  'no-messages': {
    text: 'messages: at least one message is required',
    evidence: 'inferred',
    source: SEEN_ON_ANTHROPIC,
  },
  'first-role': {
    text: 'messages: first message must use the "user" role',
    evidence: 'inferred',
    source: SEEN_ON_ANTHROPIC,
  },
  'system-role': {
    text: 'messages: Unexpected role "system". The Messages API accepts a top-level `system` parameter, not "system" as an input message role.',
    evidence: 'inferred',
    source: SEEN_ON_ANTHROPIC,
  },
  'empty-content': {
    text: 'messages.{index}: all messages must have non-empty content except for the optional final assistant message',
    evidence: 'inferred',
    source: 'anthropics/claude-code #6774; that Cortex refuses it: isaacsummers/frostclaw',
  },
  'empty-text': {
    text: '{where}: text content blocks must be non-empty',
    evidence: 'inferred',
    source: 'anthropics/claude-code #59812; that Cortex refuses it: isaacsummers/frostclaw',
  },
  'blank-text': {
    text: '{where}: text content blocks must contain non-whitespace text',
    evidence: 'inferred',
    source: `${SEEN_ON_ANTHROPIC}; that Cortex refuses it: isaacsummers/frostclaw`,
  },
  prefill: {
    text: 'This model does not support assistant message prefill. The conversation must end with a user message.',
    evidence: 'reported',
    source: 'isaacsummers/frostclaw',
  },
  'assistant-last-with-tools': {
    text: 'invalid request parameters: Requests cannot contain `assistant` role in the final position when `tools` are used.',
    evidence: 'recorded',
    source: 'aaif-goose/goose #5997, 2025-12-05, on inference:complete',
    bare: true,
  },
  'trailing-space': {
    text: 'messages: final assistant content cannot end with trailing whitespace',
    evidence: 'inferred',
    source: SEEN_ON_ANTHROPIC,
  },
  'call-unanswered': {
    text: 'messages.{index}: `tool_use` ids were found without `tool_result` blocks immediately after: {ids}. Each `tool_use` block must have a corresponding `tool_result` block in the next message.',
    evidence: 'recorded',
    source: 'isaacsummers/frostclaw, fixture copied from the field',
  },
  'result-orphaned': {
    text: 'messages.{index}.content.{block}: unexpected `tool_use_id` found in `tool_result` blocks: {id}. Each `tool_result` block must have a corresponding `tool_use` block in the previous message.',
    evidence: 'inferred',
    source: 'anthropics/claude-code #18947',
  },
  'result-duplicate': {
    text: 'messages.{index}.content.{block}: each tool_use must have a single result. Found multiple `tool_result` blocks with id: {id}',
    evidence: 'inferred',
    source: SEEN_ON_ANTHROPIC,
  },
  'call-duplicate': {
    text: 'messages.{index}.content.{block}: `tool_use` ids must be unique',
    evidence: 'inferred',
    source: SEEN_ON_ANTHROPIC,
  },
  'block-role': {
    text: 'messages.{index}: `{type}` blocks can only be in `{role}` messages',
    evidence: 'inferred',
    source: SEEN_ON_ANTHROPIC,
  },
  'tool-names': { text: 'tools: Tool names must be unique.', evidence: 'inferred', source: SEEN_ON_ANTHROPIC },
  'tool-choice-alone': {
    text: '`tool_choice` may only be specified while providing `tools`.',
    evidence: 'inferred',
    source: SEEN_ON_ANTHROPIC,
  },
  'tool-choice-stranger': {
    text: "Tool '{name}' not found in provided tools",
    evidence: 'inferred',
    source: SEEN_ON_ANTHROPIC,
  },
  'schema-combinator': {
    text: '{path}: input_schema does not support oneOf, allOf, or anyOf at the top level',
    evidence: 'inferred',
    source: SEEN_ON_ANTHROPIC,
  },
  'cache-marks': {
    text: 'A maximum of 4 blocks with cache_control may be provided. Found {count}.',
    evidence: 'inferred',
    source: 'tghamm/Anthropic.SDK #50; the limit of four: Snowflake docs',
  },
  'sampling-deprecated': {
    text: '`{field}` is deprecated for this model.',
    evidence: 'inferred',
    source: 'RooCode #12162, 2026-04-21; wrapping as recorded',
  },
  'sampling-both': {
    text: '`temperature` and `top_p` cannot both be specified for this model. Please use only one.',
    evidence: 'inferred',
    source: 'BerriAI/litellm #15097',
  },
  'temperature-range': { text: 'temperature: range: 0..1', evidence: 'inferred', source: SEEN_ON_ANTHROPIC },
  'thinking-adaptive-unsupported': {
    text: 'adaptive thinking is not supported on this model',
    evidence: 'inferred',
    source: 'elizaOS/eliza #16175, 2026-07-12; that Cortex refuses it: LiteLLM #39453',
  },
  'thinking-enabled-unsupported': {
    text: '"thinking.type.enabled" is not supported for this model. Use "thinking.type.adaptive" and "output_config.effort" to control thinking behavior.',
    evidence: 'inferred',
    source: 'Anthropic; that Cortex refuses it: anomalyco/models.dev #4417',
  },
  'thinking-none': {
    text: 'thinking: This model does not support thinking',
    evidence: 'inferred',
    source: 'no publication',
  },
  'thinking-budget-minimum': {
    text: 'thinking.enabled.budget_tokens: Input should be greater than or equal to 1024',
    evidence: 'inferred',
    source: SCHEMA,
  },
  'thinking-budget-limit': {
    text: '`max_tokens` must be greater than `thinking.budget_tokens`. Please consult our documentation at https://docs.claude.com/en/docs/build-with-claude/extended-thinking#max-tokens-and-context-window-size',
    evidence: 'inferred',
    source: SEEN_ON_ANTHROPIC,
  },
  'thinking-temperature': {
    text: '`temperature` may only be set to 1 when thinking is enabled or in adaptive mode. Please consult our documentation at https://docs.claude.com/en/docs/build-with-claude/extended-thinking#important-considerations-when-using-extended-thinking',
    evidence: 'inferred',
    source: 'MayDay-wpf/snow-app #42, 2026-08-04',
  },
  'thinking-top-p': {
    text: '`top_p` must be greater than or equal to 0.95 or unset when thinking is enabled. Please consult our documentation at https://docs.claude.com/en/docs/build-with-claude/extended-thinking#important-considerations-when-using-extended-thinking',
    evidence: 'inferred',
    source: SEEN_ON_ANTHROPIC,
  },
  'thinking-top-k': {
    text: '`top_k` must be unset when thinking is enabled. Please consult our documentation at https://docs.claude.com/en/docs/build-with-claude/extended-thinking#important-considerations-when-using-extended-thinking',
    evidence: 'inferred',
    source: SEEN_ON_ANTHROPIC,
  },
  'thinking-forced-tool': {
    text: 'Thinking may not be enabled when tool_choice forces tool use.',
    evidence: 'inferred',
    source: 'can1357/oh-my-pi #341, 2026-03-09, on Bedrock',
  },
  'thinking-first': {
    text: 'messages.{index}.content.0.type: Expected `thinking` or `redacted_thinking`, but found `{found}`. When `thinking` is enabled, a final `assistant` message must start with a thinking block (preceeding the lastmost set of `tool_use` and `tool_result` blocks). We recommend you include thinking blocks from previous turns. To avoid this requirement, disable `thinking`. Please consult our documentation at https://docs.claude.com/en/docs/build-with-claude/extended-thinking',
    evidence: 'inferred',
    source: 'anomalyco/opencode #3077, on Bedrock',
  },
  'thinking-signature': {
    text: 'messages.{index}.content.{block}: Invalid `signature` in `thinking` block',
    evidence: 'inferred',
    source: 'anomalyco/opencode #15074, on Bedrock',
  },
  'thinking-data': {
    text: 'messages.{index}.content.{block}: Invalid `data` in `redacted_thinking` block',
    evidence: 'inferred',
    source: SEEN_ON_ANTHROPIC,
  },
  'effort-unsupported': {
    text: 'This model does not support the effort parameter.',
    evidence: 'inferred',
    source: 'elizaOS/eliza #16175, 2026-07-12',
  },
  'effort-level': {
    text: "This model does not support effort level '{effort}'. Supported levels: {levels}.",
    evidence: 'inferred',
    source: 'that Cortex refuses xhigh on 4.6: oh-my-pi live probes; text of Anthropic',
  },
  'format-unsupported': {
    text: "'{model}' does not support output format.",
    evidence: 'inferred',
    source: SEEN_ON_ANTHROPIC,
  },
  'format-open-object': {
    text: "output_config.format.schema: For 'object' type, 'additionalProperties' must be explicitly set to false",
    evidence: 'inferred',
    source: SEEN_ON_ANTHROPIC,
  },
  'format-bounds': {
    text: "output_config.format.schema: For '{type}' type, properties {names} are not supported",
    evidence: 'inferred',
    source: SEEN_ON_ANTHROPIC,
  },
  document: {
    text: 'Not Authorized',
    evidence: 'inferred',
    source: 'status 401 from isaacsummers/frostclaw; text unpublished',
    status: 401,
    bare: true,
  },
  'image-count': {
    text: 'too many images: {count} > 20 maximum',
    evidence: 'inferred',
    source: 'limit from Snowflake docs; text unpublished',
  },
  'image-unsupported': {
    text: 'This model does not support image input.',
    evidence: 'inferred',
    source: 'no publication',
  },
  'image-data': { text: '{path}: invalid base64 data', evidence: 'inferred', source: SEEN_ON_ANTHROPIC },
} as const satisfies Record<string, MessagesError>;

export type MessagesErrorName = keyof typeof MESSAGES_ERRORS;

/** The refusal called `name`, its `{placeholders}` filled in. */
export function refuseMessages(name: MessagesErrorName, values: Record<string, string | number> = {}): Refusal {
  const error: MessagesError = MESSAGES_ERRORS[name];
  const { message } = refusalOf({ ...error, status: 400 }, values);
  if (error.bare === true) return { status: error.status ?? 400, message };
  return { status: 400, message: `invalid request parameters: ${JSON.stringify(message)}` };
}
