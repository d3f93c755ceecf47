/** The refusals of `inference:complete` that are its own, as data; `evidence` as in `../errors.ts`. */
import { type CortexError, type Refusal, refusalOf } from '../errors.ts';

const COMPLETE_ERRORS = {
  'role-unknown': {
    status: 400,
    text: 'unknown role "{role}"',
    evidence: 'recorded',
    source: 'BerriAI/litellm #29964, 2026-06-08',
  },
  'role-sequence': {
    status: 400,
    text: 'invalid message role sequence',
    evidence: 'recorded',
    source: 'langchain-ai/langchain-snowflake #45, 2026-02-10',
  },
  'assistant-last-with-tools': {
    status: 400,
    text: 'invalid request parameters: Requests cannot contain `assistant` role in the final position when `tools` are used.',
    evidence: 'recorded',
    source: 'aaif-goose/goose #5997, 2025-12-05',
  },
  'content-missing': {
    status: 400,
    text: 'content or contentList must be provided',
    evidence: 'recorded',
    source: 'CARTO’s LiteLLM fork, 2025-12-12',
  },
  'content-empty': {
    status: 400,
    text: "messages[{index}].content cannot be empty string (was '')",
    evidence: 'recorded',
    source: 'tidyverse/ellmer, comment on its Snowflake provider',
  },
  'choice-form': {
    status: 400,
    text: 'invalid request',
    evidence: 'reported',
    source: 'CARTO’s LiteLLM fork: tool_choice as a string',
  },
  'tools-unsupported': {
    status: 400,
    text: 'tool calling is not supported for this model',
    evidence: 'reported',
    source: 'deepagents on Cortex, 2026-09; on the chat endpoint',
  },
  pairing: {
    status: 400,
    text: "Each 'toolUse' block must be accompanied with a matching 'toolResult' block.",
    evidence: 'reported',
    source: 'BerriAI/litellm #29964',
  },
  'schema-invalid': {
    status: 422,
    text: 'input schema validation error: [{"evaluationPath":"/properties/schema","errors":{"type":"{problem}"}}]',
    evidence: 'reported',
    source: 'snowflake-ml-python json_mode_test_utils; its fixture says 422, its REST test 400',
  },
  'output-limit': {
    status: 400,
    text: 'max tokens of {limit} exceeded',
    evidence: 'documented',
    source: 'Snowflake docs, Cortex REST API',
  },
  'context-window': {
    status: 400,
    text: 'max tokens of {limit} exceeded',
    evidence: 'documented',
    source: 'Snowflake docs, Cortex REST API',
  },
  'image-count': {
    status: 400,
    text: 'too many images: {count} > 5 maximum',
    evidence: 'inferred',
    source: 'limit from the Snowflake docs of inference:complete; text unpublished',
  },
  'image-unsupported': {
    status: 400,
    text: 'image input is not supported for this model',
    evidence: 'inferred',
    source: 'no publication',
  },
  sampling: {
    status: 400,
    text: 'invalid request parameters: "`{field}` is deprecated for this model."',
    evidence: 'inferred',
    source: 'RooCode #12162, 2026-04-21; wrapping as on Messages',
  },
  range: {
    status: 400,
    text: 'invalid options object: {field} must be {range}',
    evidence: 'inferred',
    source: 'first words from the Snowflake docs, Cortex REST API',
  },
  thinking: {
    status: 400,
    text: 'invalid request parameters: "{problem}"',
    evidence: 'inferred',
    source: 'Anthropic’s words in the wrapping that Messages has',
  },
} as const satisfies Record<string, CortexError>;

/** The refusal called `name`, its `{placeholders}` filled in. */
export function refuseComplete(
  name: keyof typeof COMPLETE_ERRORS,
  values: Record<string, string | number> = {},
): Refusal {
  return refusalOf(COMPLETE_ERRORS[name], values);
}
