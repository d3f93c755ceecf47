/**
 * Where the public evidence on Cortex conflicts, or Cortex changed over time: one switch each. Its readings stand
 * here with the better-supported one, the default, first; a test that must hold on all sides flips it.
 */
export const SWITCHES = {
  /**
   * Every tool call in a Claude chat stream has `index: 0`. Reported twice by the proxies of a Snowflake employee
   * (2026-02, 2026-03) and measured by hermes-snowflake (2026-08, two calls in seven fragments). The docs promise
   * standard OpenAI deltas; `false` gives those.
   */
  toolIndexZero: [true, false],
  /**
   * A Claude chat history with two or more calls in one assistant turn. `refuse`: 400 even when every call is answered
   * (hermes-snowflake 2026-08, deepagents on Cortex 2026-09, LiteLLM #29964). `accept`: only unanswered calls are
   * refused, as crewAI #6005 (2026-06) reads it.
   */
  multiCallHistory: ['refuse', 'accept'],
  /**
   * `response_format: json_schema` on Claude chat. `accept`: pydantic-ai cassette test_snowflake_native_output,
   * 2026-07-07. `refuse`: frostclaw's proxy comment says 400 for Claude, Llama and Mistral (2026-04…06).
   */
  claudeJsonSchema: ['accept', 'refuse'],
  /**
   * A last message of role assistant while tools are offered to Claude. `refuse`: literal text in
   * aaif-goose/goose #5997. `accept`: altimate-code's end-to-end test tolerates a 200.
   */
  trailingAssistantWithTools: ['refuse', 'accept'],
  /**
   * A last message of role assistant without tools. `by-model`: Claude 4.6 and newer refuse (frostclaw quotes the
   * text), older ones continue it. `refuse`: crewAI strips it for every Claude. `accept`: as before 4.6.
   */
  prefill: ['by-model', 'refuse', 'accept'],
  /**
   * `cache_control.ttl: "1h"`. `refuse`: frostclaw's last version and LiteLLM #39453 strip it. `accept`: an earlier
   * frostclaw comment says the body field was honoured.
   */
  ttl1h: ['refuse', 'accept'],
  /** `document` blocks on Messages are refused with 401 (frostclaw, live). LiteLLM #39453 sends them. */
  documentBlocks401: [true, false],
  /**
   * Messages without `anthropic-version` are refused. The docs call the header required; frostclaw's live test omits
   * it and gets 200.
   */
  anthropicVersionRequired: [false, true],
  /**
   * The largest output limit a request may ask for. `model`: the model's own maximum (Snowflake's AI_COMPLETE table).
   * `rest-table`: 16,384 for every model (the REST page). `none`: only the theoretical 131,072.
   */
  outputCap: ['model', 'rest-table', 'none'],
  /**
   * Role `developer` outside the OpenAI family. `refuse`: oh-my-pi's provider file allows only system, user, assistant
   * and tool. `accept`: the seed chart of the docs does not name it.
   */
  developerRole: ['refuse', 'accept'],
  /**
   * temperature, top_p and top_k on Claude Opus 4.7 and newer. `refuse`: upstream text "`temperature` is deprecated for
   * this model.". `ignore`: Snowflake's docs say temperature is ignored for Opus 4.7.
   */
  sampling: ['refuse', 'ignore'],
  /**
   * Reasoning on Claude chat with a temperature other than 1, or none. `refuse`: pydantic-ai, 2026-08-08 (the server's
   * own default is not 1). `accept`: the docs' reasoning example sends no temperature.
   */
  reasoningTemperature: ['refuse', 'accept'],
  /**
   * finish_reason of models that are neither OpenAI's nor Claude. `empty`: pydantic-ai cassette test_snowflake_llama.
   * `stop`: the docs' compatibility chart.
   */
  otherFinishReason: ['empty', 'stop'],
  /**
   * Claude's reasoning signature in a chat stream. `false`: absent in pydantic-ai cassette
   * test_snowflake_thinking_streaming. `true`: the OpenRouter format that the docs name would carry it.
   */
  streamedSignature: [false, true],
  /**
   * `$schema` in a tool's `input_schema` on Messages. `refuse`: LiteLLM #39453 strips it (2026-09-03, live captures).
   * `accept`: Claude Code sends it in every tool and is reported to work against Cortex directly.
   */
  schemaKeyword: ['refuse', 'accept'],
  /** Status of `Bearer token is missing` on Messages: 400 by one frostclaw comment, 401 by another. */
  missingBearerStatus: [400, 401],
  /**
   * Fields the chat endpoint does not know. `ignore`: implied by the docs' chart. `refuse`: the legacy endpoint
   * answers 390142 to them.
   */
  unknownFields: ['ignore', 'refuse'],
  /**
   * `thinking.display` where the request leaves it out. `by-model`: Claude Opus 4.7 and newer omit the words of a
   * thought and send its signature alone (zed #54217; live on Bedrock: theopenco/llmgateway #2593). `summarized`:
   * as before Opus 4.7.
   */
  thinkingDisplay: ['by-model', 'summarized'],
  /**
   * Deltas of `inference:complete`. `flat`: a `type` on the delta, the same text in three places and usage in every
   * chunk (snowflake-ml-python, ellmer, CARTO). `content-list`: only the list, without types on tool items, and usage
   * in the last chunk alone, as Snowflake's documentation printed it for Claude in 2025.
   */
  completeDelta: ['flat', 'content-list'],
  /**
   * A request to stream with an expired session. `json`: a plain body, as every other refusal of a stream. `event`: one
   * event in a stream. Snowflake's docs say only that the answer is a 200 with code 390112.
   */
  sessionRefusalOnStream: ['json', 'event'],
  /**
   * Words for `reasoning_effort` on OpenAI models. `by-model`: what OpenAI takes for each (`minimal` up to gpt-5,
   * `none` after it, `xhigh` from gpt-5.2 on), because Cortex passes OpenAI's own refusals of an effort on
   * (hermes-snowflake, 2026-08). `documented`: Snowflake's list, without `xhigh`, for every model.
   */
  openaiEfforts: ['by-model', 'documented'],
  /**
   * A body that does not say it is JSON. `refuse`: 415, as measured on GET models (weave-os router); the docs' chart
   * names application/json alone. `accept`: nobody has published such an answer of a POST.
   */
  mediaType: ['refuse', 'accept'],
  /** One event of `inference:complete` spread over many `data:` lines, as Snowflake's documentation prints it. */
  completePrettyJson: [false, true],
} as const;

/** Where each switch stands. */
export type Switches = { -readonly [Name in keyof typeof SWITCHES]: (typeof SWITCHES)[Name][number] };

export const DEFAULT_SWITCHES = Object.fromEntries(
  Object.entries(SWITCHES).map(([name, [first]]) => [name, first]),
) as Switches;
