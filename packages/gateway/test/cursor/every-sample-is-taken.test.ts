import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isObject, type Json, type JsonObject } from '../../src/ir/json.ts';
import { accumulate } from '../support/chat-answers.ts';
import { checkChatStream } from '../support/chat-grammar.ts';
import { CLAUDE, type Cortex, GPT, LLAMA, startCortex, TARGETS, type Target } from './cortex.ts';
import { sample, SAMPLES } from './samples.ts';

let cortex: Cortex;
beforeAll(async () => {
  cortex = await startCortex();
});
afterAll(() => cortex.close());

describe.each(TARGETS)('$model by $dialect', (target) => {
  test.each(SAMPLES)('takes %s, and its answer is legal chat', async (_, body) => {
    const { stream } = await cortex.ask(body, target);
    expect(checkChatStream(stream)).toBeUndefined();
    // Azure's old probe asks for ten tokens.
    const finishReason = body.max_tokens === 10 ? 'length' : 'stop';
    expect(await accumulate(stream)).toMatchObject({ model: 'my-alias', choices: [{ finish_reason: finishReason }] });
    expect(stream.at(-2)?.data).toContain('"usage":{"prompt_tokens":');
  });
});

test('a Responses body loses nothing but its bookkeeping', async () => {
  const { sent, notes } = await cortex.ask(sample('2026-05-responses-gpt-5.4.json'), GPT);
  expect(sent).toMatchObject({
    model: 'openai-gpt-5',
    messages: [
      { role: 'system', content: 'You are GPT-5.4. …REDACTED' },
      { role: 'user', content: 'REDACTED' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'REDACTED' },
          { type: 'text', text: 'REDACTED' },
        ],
      },
    ],
    tools: [
      { type: 'function', function: { name: 'ReadFile' } },
      { type: 'function', function: { name: 'rg' } },
      { type: 'function', function: { name: 'ApplyPatch', parameters: { required: ['input'] } } },
    ],
    reasoning_effort: 'medium',
    prompt_cache_key: '00000000-0000-0000-0000-000000000000',
    stream: true,
  });
  expect(
    ['store', 'include', 'metadata', 'prompt_cache_retention', 'input', 'text'].filter((key) => key in sent),
  ).toEqual([]);
  expect(notes.filter((note) => note.code === 'dropped' && note.harmless !== true)).toEqual([]);
});

test('a Messages body keeps its marks, its order and its tools, and may answer at length', async () => {
  const { sent, notes } = await cortex.ask(sample('anthropic-shape.json'), CLAUDE);
  expect(sent).toMatchObject({
    max_tokens: 16_384,
    system: [{ type: 'text', text: 'REDACTED', cache_control: { type: 'ephemeral' } }],
    tools: [{ name: 'Read', input_schema: { required: ['path'] } }],
  });
  expect(contentOf(sent.messages)).toEqual([['text'], ['text', 'tool_use'], ['tool_result']]);
  expect(notes).toContainEqual({
    code: 'dropped',
    path: 'max_tokens',
    because: "Cursor sends 4096 whatever the model, so the model's own maximum applies",
    harmless: true,
  });
});

test('tools: null goes with its tool_choice', async () => {
  const { sent } = await cortex.ask(sample('2025-chat-empty-tools.json'), GPT);
  expect('tools' in sent || 'tool_choice' in sent).toBe(false);
});

test.each<Target>([CLAUDE, GPT, LLAMA])(
  'the fast mode of the picker is noted and not sent to $model',
  async (target) => {
    const { sent, notes } = await cortex.ask({ ...sample('2026-09-chat-gpt.json'), service_tier: 'priority' }, target);
    expect('service_tier' in sent).toBe(false);
    expect(notes).toContainEqual(expect.objectContaining({ code: 'dropped', path: 'service_tier' }));
  },
);

function contentOf(messages: Json | undefined): unknown[] {
  const list = Array.isArray(messages) ? messages.filter(isObject) : [];
  return list.map(({ content }) =>
    Array.isArray(content) ? content.map((block) => (block as JsonObject).type) : content,
  );
}
