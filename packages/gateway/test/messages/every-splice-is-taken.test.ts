import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isObject, type Json, type JsonObject } from '../../src/ir/json.ts';
import { JsonView } from '../../src/kit/json-view.ts';
import type { CortexSandbox } from '../../src/sandbox/index.ts';
import { describeModel } from '../../src/upstream/catalogue.ts';
import { spliceMessages, type SplicedRequest } from '../../src/upstream/splices/index.ts';
import { captureOf, GENERATING_CAPTURES, signed } from '../support/messages-captures.ts';
import { checkMessagesStream } from '../support/messages-grammar.ts';
import { askBytes, startStrictSandbox } from './strict-sandbox.ts';

/**
 * The sandbox refuses what Cortex refuses and knows nothing of the gateway's code, so it is the judge:
 * a body that keeps its bytes must be taken by a Claude of any generation, at the sandbox's strictest.
 */
const MODELS = ['claude-opus-5-5', 'claude-opus-4-7', 'claude-opus-4-6', 'claude-sonnet-4-5', 'claude-haiku-4-5'];

let sandbox: CortexSandbox;
// Older Claudes go on from a text of their own, and whoever asks them to is let.
beforeAll(async () => (sandbox = await startStrictSandbox({ prefill: 'by-model' })));
afterAll(() => sandbox.close());

function splice(body: JsonObject, model: string, headers: Record<string, string> = {}): SplicedRequest | 'translate' {
  return spliceMessages(Buffer.from(JSON.stringify(body, null, 1)), {
    model,
    capabilities: describeModel(model),
    headers,
  });
}

/** What is wrong with a spliced body, or with the answer to it. */
async function faultOf({ body, headers }: SplicedRequest, streams: boolean): Promise<string | undefined> {
  const { status, text } = await askBytes(sandbox, body, headers);
  if (status !== 200) return text;
  return streams ? checkMessagesStream(text) : undefined;
}

const withMessages = (body: JsonObject, model: string): JsonObject => ({
  ...body,
  messages: signed(body.messages, model),
});

describe('captured requests', () => {
  test.each(GENERATING_CAPTURES)('$name: kept as bytes it is taken, by every Claude', async ({ body, headers }) => {
    const spliced = MODELS.map((model) => splice(withMessages(body, model), model, headers));
    const kept = spliced.filter((each) => each !== 'translate');
    const faults = await Promise.all(kept.map((each) => faultOf(each, body.stream === true)));
    expect(faults).toEqual(kept.map(() => undefined));
  });

  test('which of them keep their bytes on the model they were sent to, or on Sonnet 4.5', () => {
    const translated = GENERATING_CAPTURES.filter(({ body, headers }) => {
      const model = body.model === 'claude-opus-5-5' ? 'claude-opus-5-5' : 'claude-sonnet-4-5';
      return splice(withMessages(body, model), model, headers) === 'translate';
    });
    expect(translated.map(({ name }) => name)).toEqual([
      // A system message amid the conversation.
      'claude-agent-sdk-first-turn',
      'claude-agent-sdk',
      'claude-code-after-refusal',
      'claude-code-compact',
      'claude-code-cut-off-again',
      'claude-code-cut-off',
      'claude-code-effort-per-turn',
      'claude-code-first-turn',
      // A result of calls that began without a thought, while thinking is on with a budget.
      'claude-code-image',
      // A system message amid the conversation.
      'claude-code-nobetas',
      'claude-code-opus',
      'claude-code-resume',
      'claude-code-subagent-result',
      'claude-code-subagent',
      'claude-code-tool-result',
      // References to tools.
      'claude-code-toolsearch',
      // Calls that began without a thought.
      'claude-code-websearch',
      'qwen',
      // A document.
      'sdk-document',
      // Server tools, and a text to be continued beside them.
      'sdk-everything',
    ]);
  });

  test('and of those every message keeps its bytes, but for marks of the cache', () => {
    const { body, headers } = captureOf('claude-code-sonnet-parallel');
    const before = Buffer.from(JSON.stringify(body, null, 1));
    const model = 'claude-sonnet-4-5';
    const spliced = spliceMessages(before, { model, capabilities: describeModel(model), headers });
    if (spliced === 'translate') throw new Error('it was translated');
    const messagesOf = (bytes: Buffer) => {
      const found = JsonView.of(bytes).get('messages')!;
      return bytes.toString('utf8', found.start, found.end);
    };
    expect(messagesOf(spliced.body)).toBe(messagesOf(before));
    expect(spliced.notes.map(({ code, path }) => `${code} ${path}`)).toEqual([
      'dropped anthropic-beta',
      'coerced tools[].defer_loading',
      'dropped tools[].input_schema.$schema',
      'coerced thinking.display',
    ]);
  });
});

const callId = fc.constantFrom('a', 'b', 'toolu_bdrk_1', 'f:1');
const words = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom('Read this.', 'ends in space ', '\n begins with it', '日本語') },
  { weight: 1, arbitrary: fc.constantFrom(' ', '', '\n\n', '\u3000') },
);
const mark = fc.constantFrom<JsonObject>(
  {},
  {},
  {},
  { cache_control: { type: 'ephemeral' } },
  { cache_control: { type: 'ephemeral', ttl: '1h' } },
  { cache_control: null },
);
const textBlock = fc.tuple(words, mark).map(([text, marked]): JsonObject => ({ type: 'text', text, ...marked }));
const image = fc.constantFrom<JsonObject>(
  { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } },
  { type: 'image', source: { type: 'url', url: 'https://x.test/a.png' } },
);
const result = fc
  .tuple(callId, fc.oneof(words, fc.array(fc.oneof(textBlock, image), { maxLength: 2 })), fc.boolean(), mark)
  .map(([id, content, failed, marked]): JsonObject => ({
    type: 'tool_result',
    tool_use_id: id,
    content,
    ...(failed ? { is_error: true } : {}),
    ...marked,
  }));
const call = fc.tuple(callId, fc.constantFrom('f', 'g', 'mcp:x'), mark).map(([id, name, marked]): JsonObject => ({
  type: 'tool_use',
  id,
  name,
  input: { a: 1 },
  caller: { type: 'direct' },
  ...marked,
}));
const thought = fc.constantFrom<JsonObject>(
  { type: 'thinking', thinking: 'hm', signature: 'x' },
  { type: 'thinking', thinking: 'hm', signature: '' },
);
const blocksOr = (block: fc.Arbitrary<JsonObject>) => fc.oneof(words, fc.array(block, { minLength: 1, maxLength: 3 }));
const user = fc.record({
  role: fc.constant('user'),
  content: blocksOr(fc.oneof({ weight: 6, arbitrary: textBlock }, { weight: 1, arbitrary: fc.oneof(result, image) })),
});
const assistant = fc.record({
  role: fc.constant('assistant'),
  content: blocksOr(fc.oneof({ weight: 6, arbitrary: textBlock }, { weight: 1, arbitrary: fc.oneof(call, thought) })),
});
/** Turns of calls that are answered as they should be, so that long histories come by. */
const loop = fc.tuple(fc.boolean(), fc.constantFrom(1, 2), fc.uuid()).map(([thinks, calls, id]): JsonObject[] => {
  const ids = Array.from({ length: calls }, (_, index) => `${id}-${index}`);
  return [
    {
      role: 'assistant',
      content: [
        ...(thinks ? [{ type: 'thinking', thinking: 'hm', signature: 'x' }] : []),
        ...ids.map((each) => ({ type: 'tool_use', id: each, name: 'f', input: {} })),
      ],
    },
    {
      role: 'user',
      content: ids.toReversed().map((each) => ({ type: 'tool_result', tool_use_id: each, content: 'ok' })),
    },
  ];
});
const messages = fc
  .array(
    fc.oneof(
      { weight: 4, arbitrary: fc.tuple(assistant, user) },
      { weight: 1, arbitrary: fc.oneof(user, assistant).map((message) => [message]) },
      { weight: 6, arbitrary: loop },
    ),
    { maxLength: 3 },
  )
  .map((turns) => [{ role: 'user', content: 'hi' }, ...turns.flat()]);

const tool = fc
  .tuple(
    fc.constantFrom('f', 'g', 'h', 'i', 'j'),
    mark,
    fc.constantFrom<JsonObject>(
      {},
      { eager_input_streaming: true },
      { strict: true },
      { defer_loading: true },
      { type: 'custom', tags: [] },
    ),
  )
  .map(([name, marked, more]): JsonObject => ({
    name,
    input_schema: { $schema: 'x', type: 'object', properties: { a: { type: 'integer' } } },
    ...marked,
    ...more,
  }));

const body = fc.record(
  {
    max_tokens: fc.constantFrom(1, 100, 32_000, 500_000),
    messages,
    system: fc.oneof(words, fc.array(textBlock, { maxLength: 2 })),
    tools: fc.array(tool, { maxLength: 3 }),
    tool_choice: fc.constantFrom<JsonObject>({ type: 'auto' }, { type: 'any' }, { type: 'none' }),
    thinking: fc.constantFrom<JsonObject>(
      { type: 'adaptive', display: 'updates' },
      { type: 'enabled', budget_tokens: 32_000 },
      { type: 'enabled', budget_tokens: 1_024, display: 'omitted' },
      { type: 'disabled' },
    ),
    output_config: fc.constantFrom<JsonObject>(
      { effort: 'xhigh' },
      { effort: 'low', task_budget: 5 },
      {
        format: { type: 'json_schema', schema: { type: 'object', properties: { n: { type: 'integer', minimum: 1 } } } },
      },
    ),
    temperature: fc.constantFrom(0, 0.5, 1),
    top_p: fc.constantFrom(0.5, 1),
    top_k: fc.constantFrom(0, 5),
    metadata: fc.constantFrom<JsonObject>({ user_id: 'u' }, { user_id: 'u', run: '7' }),
    context_management: fc.constantFrom<JsonObject>({ edits: [] }),
    cache_control: fc.constantFrom<JsonObject>({ type: 'ephemeral' }),
    service_tier: fc.constantFrom('auto'),
    stream: fc.boolean(),
  },
  { requiredKeys: ['max_tokens', 'messages'] },
) as fc.Arbitrary<JsonObject>;

test('whatever keeps its bytes is taken', async () => {
  let kept = 0;
  const flags = fc.constantFrom<Record<string, string>>({}, { 'anthropic-beta': 'context-management-2025-06-27' });
  await fc.assert(
    fc.asyncProperty(body, fc.constantFrom(...MODELS), flags, async (asked, model, headers) => {
      const spliced = splice(withUnsigned(asked, model), model, headers);
      if (spliced === 'translate') return;
      kept += 1;
      expect(await faultOf(spliced, asked.stream === true)).toBeUndefined();
      // What was spliced once needs no further splice.
      const target = { model, capabilities: describeModel(model), headers: spliced.headers };
      const again = spliceMessages(spliced.body, target);
      expect(again === 'translate' ? again : again.body).toBe(spliced.body);
    }),
    { numRuns: 3_000 },
  );

  expect(kept).toBeGreaterThan(600);
});

/** Thoughts that have any signature get the sandbox's own. */
function withUnsigned(asked: JsonObject, model: string): JsonObject {
  const sign = (value: Json | undefined): Json => {
    if (Array.isArray(value)) return value.map(sign);
    if (!isObject(value)) return value ?? null;
    if (value.type === 'thinking') return value.signature === '' ? value : signed(value, model);
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, sign(inner)]));
  };
  return { ...asked, messages: sign(asked.messages) };
}
