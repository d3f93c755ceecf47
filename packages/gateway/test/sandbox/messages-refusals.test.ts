import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/ir/json.ts';
import { createCortexSandbox, type CortexSandbox } from '../../src/sandbox/index.ts';
import { signThought } from '../../src/sandbox/script/signature.ts';
import {
  EPHEMERAL,
  OPUS,
  PIXEL,
  SONNET,
  SONNET_4_5,
  TOOL,
  askMessages,
  assistant,
  call,
  messagesBody,
  refusalOf,
  result,
  text,
  thinking,
  thought,
  user,
} from './messages-client.ts';

let sandbox: CortexSandbox;
beforeAll(async () => (sandbox = await createCortexSandbox()));
afterAll(() => sandbox.close());

test('the error envelope is flat, JSON even for streams, and carries the request id of the header', async () => {
  const answer = await askMessages(sandbox, messagesBody({ stream: true, max_tokens: undefined }));
  expect(answer.status).toBe(400);
  expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
  expect(answer.body).toEqual({
    message: 'invalid request parameters: "max_tokens: Field required"',
    request_id: answer.headers.get('x-snowflake-request-id'),
  });
});

describe('refused', () => {
  test.each<[name: string, changes: JsonObject, says: string]>([
    ['no max_tokens', { max_tokens: undefined }, 'max_tokens: Field required'],
    ['max_tokens 0', { max_tokens: 0 }, 'max_tokens: Input should be greater than or equal to 1'],
    [
      'max_tokens above the model',
      { max_tokens: 64_001 },
      'max_tokens: 64001 > 64000, which is the maximum allowed number of output tokens for claude-sonnet-4-6',
    ],
    ['an unknown field', { service_tier: 'auto' }, 'service_tier: Extra inputs are not permitted'],
    ['store', { store: false }, 'store: Extra inputs are not permitted'],
    [
      'context_management without its beta',
      { context_management: { edits: [] } },
      'context_management: Extra inputs are not permitted',
    ],
    ['betas in the body', { anthropic_beta: [] }, 'anthropic_beta: Extra inputs are not permitted'],
    ['no messages', { messages: [] }, 'messages: at least one message is required'],
    [
      'an assistant first',
      { messages: [assistant(text('Hi')), user('Hi')] },
      'messages: first message must use the "user" role',
    ],
    [
      'a system message',
      { messages: [user('Hi'), { role: 'system', content: 'Be brief.' }] },
      'messages: Unexpected role "system". The Messages API accepts a top-level `system` parameter, not "system" as an input message role.',
    ],
    [
      'a tool message',
      { messages: [{ role: 'tool', content: 'x' }] },
      "messages.0.role: Input should be 'user' or 'assistant'",
    ],
    [
      'fields on a message',
      { messages: [{ role: 'user', content: 'x', name: 'bob' }] },
      'messages.0.name: Extra inputs are not permitted',
    ],
    [
      'empty content',
      { messages: [user([])] },
      'messages.0: all messages must have non-empty content except for the optional final assistant message',
    ],
    [
      'an empty string',
      { messages: [user('Hi'), { role: 'assistant', content: '' }, user('Hi')] },
      'messages.1: all messages must have non-empty content except for the optional final assistant message',
    ],
    ['an empty text block', { messages: [user([text('')])] }, 'messages: text content blocks must be non-empty'],
    [
      'a blank text block',
      { messages: [user([text(' \n')])] },
      'messages: text content blocks must contain non-whitespace text',
    ],
    ['an empty system block', { system: [text('')] }, 'system: text content blocks must be non-empty'],
    [
      'a prefill on 4.6',
      { messages: [user('Hi'), assistant(text('I'))] },
      'This model does not support assistant message prefill. The conversation must end with a user message.',
    ],
    [
      'a prefill that ends in a space',
      { model: SONNET_4_5, messages: [user('Hi'), assistant(text('I '))] },
      'messages: final assistant content cannot end with trailing whitespace',
    ],
    [
      'a trailing assistant with tools',
      { model: SONNET_4_5, tools: [TOOL], messages: [user('Hi'), assistant(text('I'))] },
      'invalid request parameters: Requests cannot contain `assistant` role in the final position when `tools` are used.',
    ],
    [
      'an unknown block',
      { messages: [user([{ type: 'video' }])] },
      "messages.0.content.0: Input tag 'video' found using 'type' does not match any of the expected tags: 'text', 'image', 'document', 'tool_use', 'tool_result', 'thinking', 'redacted_thinking'",
    ],
    [
      'an unknown key in a block',
      { messages: [user([text('Hi', { foo: 1 })])] },
      'messages.0.content.0.text.foo: Extra inputs are not permitted',
    ],
    [
      'calls in a user message',
      { messages: [user([call('toolu_1')])] },
      'messages.0: `tool_use` blocks can only be in `assistant` messages',
    ],
    [
      'an image by address',
      { messages: [user([{ type: 'image', source: { type: 'url', url: 'https://example.com/a.png' } }])] },
      "messages.0.content.0.image.source: Input tag 'url' found using 'type' does not match any of the expected tags: 'base64'",
    ],
    [
      'an image of another type',
      { messages: [user([{ type: 'image', source: { ...PIXEL, media_type: 'image/bmp' } }])] },
      "messages.0.content.0.image.source.base64.media_type: Input should be 'image/jpeg', 'image/png', 'image/gif' or 'image/webp'",
    ],
    [
      'a data URL as image data',
      { messages: [user([{ type: 'image', source: { ...PIXEL, data: 'data:image/png;base64,AAAA' } }])] },
      'messages.0.content.0.image.source.base64.data: invalid base64 data',
    ],
    [
      '21 images',
      { messages: [user(Array.from({ length: 21 }, () => ({ type: 'image', source: PIXEL })))] },
      'too many images: 21 > 20 maximum',
    ],
    [
      'five cache marks',
      { messages: [user(Array.from({ length: 5 }, (_, index) => text(`${index}`, { cache_control: EPHEMERAL })))] },
      'A maximum of 4 blocks with cache_control may be provided. Found 5.',
    ],
    [
      'a cache for an hour',
      { messages: [user([text('Hi', { cache_control: { type: 'ephemeral', ttl: '1h' } })])] },
      'messages.0.content.0.text.cache_control.ephemeral.ttl: Extra inputs are not permitted',
    ],
    [
      'a cache scope',
      { system: [text('Hi', { cache_control: { type: 'ephemeral', scope: 'global' } })] },
      'system.0.text.cache_control.ephemeral.scope: Extra inputs are not permitted',
    ],
    ['sampling on Opus 4.8', { model: OPUS, temperature: 0.5 }, '`temperature` is deprecated for this model.'],
    ['top_k on Opus 4.8', { model: OPUS, top_k: 5 }, '`top_k` is deprecated for this model.'],
    [
      'temperature with top_p',
      { temperature: 0.5, top_p: 0.9 },
      '`temperature` and `top_p` cannot both be specified for this model. Please use only one.',
    ],
    ['a hot temperature', { temperature: 1.5 }, 'temperature: range: 0..1'],
    [
      'xhigh on 4.6',
      { output_config: { effort: 'xhigh' } },
      "This model does not support effort level 'xhigh'. Supported levels: low, medium, high, max.",
    ],
    [
      'an unknown effort',
      { output_config: { effort: 'minimal' } },
      "output_config.effort: Input should be 'low', 'medium', 'high', 'xhigh' or 'max'",
    ],
    [
      'effort on Sonnet 4.5',
      { model: SONNET_4_5, output_config: { effort: 'low' } },
      'This model does not support the effort parameter.',
    ],
    [
      'an open object as output',
      {
        output_config: {
          format: {
            type: 'json_schema',
            schema: { type: 'object', properties: { a: { type: 'object' } }, additionalProperties: false },
          },
        },
      },
      "output_config.format.schema: For 'object' type, 'additionalProperties' must be explicitly set to false",
    ],
    [
      'bounds in an output schema',
      { output_config: { format: { type: 'json_schema', schema: { type: 'integer', minimum: 1, maximum: 2 } } } },
      "output_config.format.schema: For 'integer' type, properties minimum, maximum are not supported",
    ],
    [
      'an output schema on Claude 4',
      { model: 'claude-4-sonnet', output_config: { format: { type: 'json_schema', schema: {} } } },
      "'claude-4-sonnet' does not support output format.",
    ],
    [
      'response_format',
      { response_format: { type: 'json_object' } },
      'response_format: Extra inputs are not permitted',
    ],
  ])('%s', async (_name, changes, says) => {
    expect(await refusalOf(sandbox, changes)).toEqual([400, says]);
  });
});

describe('tools refused', () => {
  const history = (...after: JsonObject[]) => ({
    tools: [TOOL],
    messages: [user('Hi'), assistant(call('a'), call('b')), ...after],
  });
  test.each<[name: string, changes: JsonObject, says: string]>([
    [
      'an unknown key',
      { tools: [{ ...TOOL, eager_input_streaming: true }] },
      'tools.0.custom.eager_input_streaming: Extra inputs are not permitted',
    ],
    [
      'strict',
      { tools: [TOOL, { ...TOOL, name: 'g', strict: true }] },
      'tools.1.custom.strict: Extra inputs are not permitted',
    ],
    [
      'deferred loading without its beta',
      { tools: [{ ...TOOL, defer_loading: true }] },
      'tools.0.custom.defer_loading: Extra inputs are not permitted',
    ],
    [
      'a server tool',
      { tools: [{ type: 'web_search_20250305', name: 'web_search', max_uses: 8 }] },
      "tools.0: Input tag 'web_search_20250305' found using 'type' does not match any of the expected tags: 'custom'",
    ],
    [
      'a name with a dot',
      { tools: [{ ...TOOL, name: 'a.b' }] },
      "tools.0.custom.name: String should match pattern '^[a-zA-Z0-9_-]{1,128}$'",
    ],
    ['the same name twice', { tools: [TOOL, TOOL] }, 'tools: Tool names must be unique.'],
    ['no schema', { tools: [{ name: 'f' }] }, 'tools.0.custom.input_schema: Field required'],
    [
      'a schema without a type',
      { tools: [{ name: 'f', input_schema: {} }] },
      'tools.0.custom.input_schema.type: Field required',
    ],
    [
      '$schema',
      { tools: [{ name: 'f', input_schema: { type: 'object', $schema: 'http://json-schema.org/draft-07/schema#' } }] },
      'tools.0.custom.input_schema.$schema: Extra inputs are not permitted',
    ],
    [
      'anyOf at the top',
      { tools: [{ name: 'f', input_schema: { type: 'object', anyOf: [] } }] },
      'tools.0.custom.input_schema: input_schema does not support oneOf, allOf, or anyOf at the top level',
    ],
    [
      'a choice without tools',
      { tool_choice: { type: 'auto' } },
      '`tool_choice` may only be specified while providing `tools`.',
    ],
    [
      'a choice of a stranger',
      { tools: [TOOL], tool_choice: { type: 'tool', name: 'g' } },
      "Tool 'g' not found in provided tools",
    ],
    [
      'a call id with a dot',
      { tools: [TOOL], messages: [user('Hi'), assistant(call('a.b')), user([result('a.b')])] },
      "messages.1.content.0.tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'",
    ],
    [
      'arguments as text',
      { tools: [TOOL], messages: [user('Hi'), assistant({ ...call('a'), input: '{}' }), user([result('a')])] },
      'messages.1.content.0.tool_use.input: Input should be a valid dictionary',
    ],
    [
      'calls without results',
      history(),
      'messages.1: `tool_use` ids were found without `tool_result` blocks immediately after: a, b. Each `tool_use` block must have a corresponding `tool_result` block in the next message.',
    ],
    [
      'one of two results missing',
      history(user([result('a')])),
      'messages.1: `tool_use` ids were found without `tool_result` blocks immediately after: b. Each `tool_use` block must have a corresponding `tool_result` block in the next message.',
    ],
    [
      'results after text',
      history(user([text('Here.'), result('a'), result('b')])),
      'messages.1: `tool_use` ids were found without `tool_result` blocks immediately after: a, b. Each `tool_use` block must have a corresponding `tool_result` block in the next message.',
    ],
    [
      'a result without a call',
      { messages: [user([result('x')])] },
      'messages.0.content.0: unexpected `tool_use_id` found in `tool_result` blocks: x. Each `tool_result` block must have a corresponding `tool_use` block in the previous message.',
    ],
    [
      'a result given twice',
      history(user([result('a'), result('b'), result('a')])),
      'messages.2.content.2: each tool_use must have a single result. Found multiple `tool_result` blocks with id: a',
    ],
    [
      'a call id used twice',
      { tools: [TOOL], messages: [user('Hi'), assistant(call('a'), call('a')), user([result('a')])] },
      'messages.1.content.1: `tool_use` ids must be unique',
    ],
  ])('%s', async (_name, changes, says) => {
    expect(await refusalOf(sandbox, changes)).toEqual([400, says]);
  });
});

describe('thinking refused', () => {
  const FIRST = 'When `thinking` is enabled, a final `assistant` message must start with a thinking block';
  test.each<[name: string, changes: JsonObject, says: string]>([
    [
      'adaptive on Sonnet 4.5',
      { model: SONNET_4_5, thinking: { type: 'adaptive' } },
      'adaptive thinking is not supported on this model',
    ],
    [
      'a budget on Opus 4.8',
      { model: OPUS, thinking: thinking() },
      '"thinking.type.enabled" is not supported for this model. Use "thinking.type.adaptive" and "output_config.effort" to control thinking behavior.',
    ],
    [
      'a small budget',
      { thinking: thinking(1_023) },
      'thinking.enabled.budget_tokens: Input should be greater than or equal to 1024',
    ],
    [
      'a budget of max_tokens',
      { thinking: thinking(2_048) },
      '`max_tokens` must be greater than `thinking.budget_tokens`. Please consult our documentation at https://docs.claude.com/en/docs/build-with-claude/extended-thinking#max-tokens-and-context-window-size',
    ],
    [
      'effort inside thinking',
      { thinking: { type: 'adaptive', effort: 'high' } },
      'thinking.adaptive.effort: Extra inputs are not permitted',
    ],
    [
      'a display nobody knows',
      { thinking: { type: 'adaptive', display: 'updates' } },
      "thinking.adaptive.display: Input should be 'summarized' or 'omitted'",
    ],
    [
      'a temperature',
      { thinking: thinking(), temperature: 0.5 },
      '`temperature` may only be set to 1 when thinking is enabled or in adaptive mode. Please consult our documentation at https://docs.claude.com/en/docs/build-with-claude/extended-thinking#important-considerations-when-using-extended-thinking',
    ],
    [
      'top_k',
      { thinking: thinking(), top_k: 5 },
      '`top_k` must be unset when thinking is enabled. Please consult our documentation at https://docs.claude.com/en/docs/build-with-claude/extended-thinking#important-considerations-when-using-extended-thinking',
    ],
    [
      'a forced tool',
      { thinking: { type: 'adaptive' }, tools: [TOOL], tool_choice: { type: 'any' } },
      'Thinking may not be enabled when tool_choice forces tool use.',
    ],
    [
      'a made-up signature',
      { messages: [user('Hi'), assistant(thought('Hm.', 'EvABCmcIDxABGAIq'), text('Hello')), user('Hi')] },
      'messages.1.content.0: Invalid `signature` in `thinking` block',
    ],
    [
      'altered words',
      { messages: [user('Hi'), assistant(thought('Hm?', signThought(SONNET, 'Hm.')), text('Hello')), user('Hi')] },
      'messages.1.content.0: Invalid `signature` in `thinking` block',
    ],
    [
      'the thought of another model',
      { messages: [user('Hi'), assistant(text('Well'), thought('Hm.', signThought(OPUS, 'Hm.'))), user('Hi')] },
      'messages.1.content.1: Invalid `signature` in `thinking` block',
    ],
    [
      'redacted thoughts, which this sandbox never issues',
      { messages: [user('Hi'), assistant({ type: 'redacted_thinking', data: 'abc' }), user('Hi')] },
      'messages.1.content.0: Invalid `data` in `redacted_thinking` block',
    ],
  ])('%s', async (_name, changes, says) => {
    expect(await refusalOf(sandbox, changes)).toEqual([400, says]);
  });

  test('an open tool loop that does not begin with a thought', async () => {
    const messages = [user('Hi'), assistant(text('I call.'), call('a')), user([result('a')])];
    const [status, says] = await refusalOf(sandbox, { thinking: thinking(), tools: [TOOL], messages });
    expect(status).toBe(400);
    expect(says).toContain('messages.1.content.0.type: Expected `thinking` or `redacted_thinking`, but found `text`.');
    expect(says).toContain(FIRST);
  });
});
