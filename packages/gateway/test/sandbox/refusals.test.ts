// What Cortex refuses on the chat endpoint, with the texts written out.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/ir/json.ts';
import { type CortexSandbox, createCortexSandbox } from '../../src/sandbox/index.ts';
import { at, chat, parse } from './calls.ts';

let sandbox: CortexSandbox;
beforeAll(async () => {
  sandbox = await createCortexSandbox();
});
afterAll(() => sandbox.close());

const CLAUDE = 'claude-sonnet-4-6';
const OLD_CLAUDE = 'claude-sonnet-4-5';
const OPUS = 'claude-opus-4-7';
const GPT = 'openai-gpt-5';
const LLAMA = 'llama3.1-8b';

const user = (content: JsonObject[] | string = 'Hello.'): JsonObject => ({ role: 'user', content });
const tool = (name = 'look'): JsonObject => ({ type: 'function', function: { name, parameters: { type: 'object' } } });
const call = (id: string): JsonObject => ({ id, type: 'function', function: { name: 'look', arguments: '{}' } });
const calls = (...ids: string[]): JsonObject => ({ role: 'assistant', content: null, tool_calls: ids.map(call) });
const result = (id: string): JsonObject => ({ role: 'tool', tool_call_id: id, content: 'seen' });
const marked = (extra: JsonObject = {}): JsonObject => ({
  type: 'text',
  text: 'Rules.',
  cache_control: { type: 'ephemeral', ...extra },
});
const image = (url: string): JsonObject => ({ type: 'image_url', image_url: { url } });
const PIXEL = 'data:image/png;base64,iVBORw0KGgo=';

type Row = [what: string, body: JsonObject, message: string];

const says = (model: string, extra: JsonObject = {}): JsonObject => ({ model, messages: [user()], ...extra });
const history = (model: string, messages: JsonObject[], extra: JsonObject = {}): JsonObject => ({
  model,
  messages,
  ...extra,
});

const ROWS: Row[] = [
  ['max_tokens', says(CLAUDE, { max_tokens: 10 }), 'max_tokens is deprecated in favor of max_completion_tokens'],
  [
    'tools on a family without them',
    says('llama4-maverick', { tools: [tool()] }),
    'tool calling is not supported for this model',
  ],
  [
    'a stranger among roles, Claude',
    history(CLAUDE, [{ role: 'developer', content: 'x' }, user()]),
    'unknown role "developer"',
  ],
  ['a stranger among roles, Llama', history(LLAMA, [user(), result('a')]), 'unknown role "tool"'],
  [
    'a stranger among roles, OpenAI',
    history(GPT, [{ role: 'narrator', content: 'x' }]),
    "Invalid value: 'narrator'. Supported values are: 'system', 'assistant', 'user', 'function', 'tool', and 'developer'.",
  ],
  [
    'two calls in one turn, both answered',
    history(CLAUDE, [user(), calls('a', 'b'), result('a'), result('b')], { tools: [tool()] }),
    "Each 'toolUse' block must be accompanied with a matching 'toolResult' block.",
  ],
  [
    'a call without result',
    history(CLAUDE, [user(), calls('a'), user()], { tools: [tool()] }),
    "Each 'toolUse' block must be accompanied with a matching 'toolResult' block.",
  ],
  [
    'a result without call',
    history(CLAUDE, [user(), result('a')], { tools: [tool()] }),
    'The number of toolResult blocks at messages.1.content exceeds the number of toolUse blocks of previous turn.',
  ],
  [
    'tool history without tools',
    history(CLAUDE, [user(), calls('a'), result('a')]),
    'The toolConfig field must be defined when using toolUse and toolResult content blocks.',
  ],
  [
    'the assistant last, with tools',
    history(OLD_CLAUDE, [user(), { role: 'assistant', content: 'So' }], { tools: [tool()] }),
    'invalid request parameters: Requests cannot contain `assistant` role in the final position when `tools` are used.',
  ],
  [
    'the assistant last, without tools, Claude 4.6',
    history(CLAUDE, [user(), { role: 'assistant', content: 'So' }]),
    'This model does not support assistant message prefill. The conversation must end with a user message.',
  ],
  [
    'json_object on Claude',
    says(CLAUDE, { response_format: { type: 'json_object' } }),
    'response_format type "json_object" is not supported for this model',
  ],
  [
    'reasoning without temperature',
    says(CLAUDE, { reasoning: { effort: 'low' } }),
    'invalid request parameters: `temperature` may only be set to 1 when thinking is enabled.',
  ],
  [
    'reasoning with another temperature',
    says(CLAUDE, { reasoning: { max_tokens: 2000 }, temperature: 0.7 }),
    'invalid request parameters: `temperature` may only be set to 1 when thinking is enabled.',
  ],
  [
    'reasoning with a narrow top_p',
    says(CLAUDE, { reasoning: { effort: 'low' }, temperature: 1, top_p: 0.5 }),
    'invalid request parameters: `top_p` must be greater than or equal to 0.95 or unset when thinking is enabled.',
  ],
  [
    'a budget over the output limit',
    says(CLAUDE, { reasoning: { max_tokens: 4096 }, temperature: 1 }),
    'invalid request parameters: `max_tokens` must be greater than `thinking.budget_tokens`.',
  ],
  [
    'a budget too small',
    says(CLAUDE, { reasoning: { max_tokens: 100 }, temperature: 1 }),
    'invalid request parameters: thinking.enabled.budget_tokens: Input should be greater than or equal to 1024',
  ],
  [
    'reasoning with a forced tool',
    says(CLAUDE, { reasoning: { effort: 'low' }, temperature: 1, tools: [tool()], tool_choice: 'required' }),
    'invalid request parameters: Thinking may not be enabled when tool_choice forces tool use.',
  ],
  [
    'a thought that the sandbox did not sign',
    history(CLAUDE, [
      user(),
      {
        role: 'assistant',
        content: 'x',
        reasoning_details: [{ type: 'reasoning.text', text: 'a', signature: 'EvAB' }],
      },
      user(),
    ]),
    'invalid request parameters: messages.1.content.0: Invalid `signature` in `thinking` block',
  ],
  [
    'an effort nobody knows, Claude',
    says(CLAUDE, { reasoning: { effort: 'heroic' }, temperature: 1 }),
    'invalid reasoning effort "heroic"',
  ],
  [
    'an effort nobody knows, OpenAI',
    says(GPT, { reasoning_effort: 'heroic' }),
    "Unsupported value: 'reasoning_effort' does not support 'heroic' with this model. Supported values are: 'minimal', 'low', 'medium', and 'high'.",
  ],
  [
    'no effort at all on the first GPT-5',
    says(GPT, { reasoning: { effort: 'none' } }),
    "Unsupported value: 'reasoning_effort' does not support 'none' with this model. Supported values are: 'minimal', 'low', 'medium', and 'high'.",
  ],
  [
    'minimal effort after the first GPT-5',
    says('openai-gpt-5.1', { reasoning_effort: 'minimal' }),
    "Unsupported value: 'reasoning_effort' does not support 'minimal' with this model. Supported values are: 'none', 'low', 'medium', and 'high'.",
  ],
  [
    'a temperature over OpenAI’s',
    says(GPT, { temperature: 2.5 }),
    "Invalid 'temperature': decimal above maximum value. Expected a value <= 2, but got 2.5 instead.",
  ],
  ['a top_p over one, Llama', says(LLAMA, { top_p: 1.1 }), 'invalid request parameters: top_p: range: 0..1'],
  [
    'a top_p below zero, OpenAI',
    says(GPT, { top_p: -0.1 }),
    "Invalid 'top_p': decimal below minimum value. Expected a value >= 0, but got -0.1 instead.",
  ],
  [
    'a frequency penalty over two',
    says(GPT, { frequency_penalty: 3 }),
    "Invalid 'frequency_penalty': decimal above maximum value. Expected a value <= 2, but got 3 instead.",
  ],
  [
    'a presence penalty in words',
    says(GPT, { presence_penalty: 'much' }),
    "Invalid type for 'presence_penalty': expected a decimal, but got a string instead.",
  ],
  [
    'a bias over one hundred',
    says(GPT, { logit_bias: { '50256': 101 } }),
    "Invalid 'logit_bias[50256]': decimal above maximum value. Expected a value <= 100, but got 101 instead.",
  ],
  [
    'a list of biases',
    says(GPT, { logit_bias: [1] }),
    "Invalid type for 'logit_bias': expected an object, but got an array instead.",
  ],
  [
    'a verbosity nobody knows',
    says(GPT, { verbosity: 'chatty' }),
    "Invalid value: 'chatty'. Supported values are: 'low', 'medium', and 'high'.",
  ],
  [
    'a cache key that is a number',
    says(GPT, { prompt_cache_key: 5 }),
    "Invalid type for 'prompt_cache_key': expected a string, but got a decimal instead.",
  ],
  [
    'parallel_tool_calls in words',
    says(GPT, { parallel_tool_calls: 'no' }),
    "Invalid type for 'parallel_tool_calls': expected a boolean, but got a string instead.",
  ],
  [
    'temperature on Opus 4.7',
    says(OPUS, { temperature: 1 }),
    'invalid request parameters: `temperature` is deprecated for this model.',
  ],
  ['top_p on Opus 4.7', says(OPUS, { top_p: 1 }), 'invalid request parameters: `top_p` is deprecated for this model.'],
  [
    'a temperature over Claude’s',
    says(OLD_CLAUDE, { temperature: 1.5 }),
    'invalid request parameters: temperature: range: 0..1',
  ],
  [
    'five cache marks',
    history(CLAUDE, [user([marked(), marked(), marked(), marked(), marked()])]),
    'invalid request parameters: A maximum of 4 blocks with cache_control may be provided. Found 5.',
  ],
  ['a cache mark of one hour', history(CLAUDE, [user([marked({ ttl: '1h' })])]), 'cache_control.ttl is not supported'],
  [
    'a cache mark of another type',
    history(CLAUDE, [user([marked({ type: 'persistent' })])]),
    'cache_control type must be "ephemeral"',
  ],
  [
    'a blank user message',
    history(CLAUDE, [user('  ')]),
    'The text field in the ContentBlock object at messages.0.content.0 is blank. Add text to the text field, and try again.',
  ],
  [
    'twenty-one images',
    history(CLAUDE, [user([{ type: 'text', text: 'Look.' }, ...Array.from({ length: 21 }, () => image(PIXEL))])]),
    'a conversation may have at most 20 images',
  ],
  [
    'an image by address',
    history(GPT, [user([image('https://example.com/a.png')])]),
    'image_url must be a base64 data URL',
  ],
  [
    'an image on a model without eyes',
    history('claude-3-5-sonnet', [user([image(PIXEL)])]),
    'image input is not supported for this model',
  ],
  [
    'an unknown tool type on Claude',
    says(CLAUDE, { tools: [{ type: 'custom', custom: { name: 'a' } }] }),
    'only tools of type "function" are supported for this model',
  ],
  [
    'a tool name with a dot',
    says(GPT, { tools: [tool('files.read')] }),
    "Invalid 'tools[0].function.name': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]{1,64}$'.",
  ],
  [
    'a forced tool that is not offered',
    says(CLAUDE, { tools: [tool()], tool_choice: { type: 'function', function: { name: 'jump' } } }),
    "tool_choice names a tool that is not in 'tools'",
  ],
  ['more output than the model has', says(CLAUDE, { max_completion_tokens: 64_001 }), 'max tokens of 64000 exceeded'],
  ['more output than Cortex has', says(OPUS, { max_completion_tokens: 131_073 }), 'max tokens of 128000 exceeded'],
  ['no output', says(CLAUDE, { max_completion_tokens: 0 }), 'max_completion_tokens must be a positive integer'],
  [
    'a prompt over the context window',
    history('mistral-7b', [user('word '.repeat(30_000))]),
    'max tokens of 32000 exceeded',
  ],
  ['a tiny budget on gpt-5.1', says('openai-gpt-5.1', { max_completion_tokens: 1 }), 'invalid request'],
  [
    'tools with reasoning on gpt-5.6',
    says('openai-gpt-5.6-luna', { tools: [tool()] }),
    "Function tools with reasoning_effort are not supported for openai-gpt-5.6-luna in /v1/chat/completions. Please use /v1/responses or set reasoning_effort to 'none'.",
  ],
  [
    'a tool message without a call, OpenAI',
    history(GPT, [user(), result('a')]),
    "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.",
  ],
  [
    'unanswered calls, OpenAI',
    history(GPT, [user(), calls('a', 'b'), result('a'), user()]),
    "An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The following tool_call_ids did not have response messages: b",
  ],
  [
    'a call id over 40 characters, OpenAI',
    history(GPT, [user(), calls(`toolu_bdrk_${'x'.repeat(40)}`), result('a')]),
    "Invalid 'messages[1].tool_calls[0].id': string too long. Expected a string with maximum length 40, but instead got a string with length 51 instead.",
  ],
  [
    'json_object without the word, OpenAI',
    says(GPT, { response_format: { type: 'json_object' } }),
    "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.",
  ],
  [
    'n out of range',
    says(GPT, { n: 129 }),
    "Invalid 'n': integer out of range. Expected a value between 1 and 128, but got 129 instead.",
  ],
  [
    'a part of the Responses API',
    history(GPT, [user([{ type: 'input_text', text: 'Hello.' }])]),
    "Invalid value: 'input_text'. Supported values are: 'text', 'image_url', 'input_audio', 'refusal', 'audio', and 'file'.",
  ],
  [
    'an image in a tool result',
    history(GPT, [user(), calls('a'), { ...result('a'), content: [image(PIXEL)] }], { tools: [tool()] }),
    "Invalid 'messages[2]'. Image URLs are only allowed for messages with role 'user', but this message with role 'tool' contains an image URL.",
  ],
  [
    'top_logprobs alone',
    says(GPT, { top_logprobs: 2 }),
    "The 'top_logprobs' parameter is only allowed when 'logprobs' is enabled.",
  ],
  ['a name that SQL alone knows', says('gemini-3.1-pro'), 'model "gemini-3.1-pro" is unavailable'],
];

describe('400 in the short envelope, also when a stream was asked for', () => {
  test.each(ROWS)('%s', async (_what, body, message) => {
    const unary = await chat(sandbox.url, body);
    expect(parse(unary.text)).toEqual({ message, request_id: unary.headers.get('x-snowflake-request-id') });
    expect(unary.status).toBe(400);
    const streamed = await chat(sandbox.url, { ...body, stream: true });
    expect(streamed.headers.get('content-type')).toBe('application/json');
    expect(at(parse(streamed.text), 'message')).toBe(message);
    expect(streamed.status).toBe(400);
  });
});

describe('what is close to a refusal and is none', () => {
  test.each<[string, JsonObject]>([
    ['one call, one result', history(CLAUDE, [user(), calls('a'), result('a')], { tools: [tool()] })],
    [
      'split parallel calls',
      history(CLAUDE, [user(), calls('a'), result('a'), calls('b'), result('b')], { tools: [tool()] }),
    ],
    ['prefill before 4.6', history(OLD_CLAUDE, [user(), { role: 'assistant', content: 'So' }])],
    ['developer on OpenAI', history(GPT, [{ role: 'developer', content: 'x' }, user()])],
    ['parallel calls on OpenAI', history(GPT, [user(), calls('a', 'b'), result('b'), result('a')])],
    ['reasoning on Opus 4.7 without temperature', says(OPUS, { reasoning: { effort: 'max' } })],
    ['gpt-5.6 with tools and no reasoning', says('openai-gpt-5.6-sol', { tools: [tool()], reasoning_effort: 'none' })],
    ['an empty list of tools on Llama', says(LLAMA, { tools: [] })],
    ['max_tokens: null', says(CLAUDE, { max_tokens: null })],
    [
      'a mark on a tool result beside four others',
      history(
        CLAUDE,
        [user([marked(), marked(), marked(), marked()]), calls('a'), { ...result('a'), content: [marked()] }],
        { tools: [tool()] },
      ),
    ],
    ['a fine-tuned model', says('ML.PUBLIC.SUPPORT_BOT')],
    ['a field nobody knows', says(CLAUDE, { banana: 1 })],
  ])('%s', async (_what, body) => {
    const answer = await chat(sandbox.url, body);
    expect(answer.text).toContain('"chat.completion"');
    expect(answer.status).toBe(200);
  });
});
