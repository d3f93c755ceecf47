/** Whole answers as the two upstream dialects give them, in the form that their documentation shows. */
import fc from 'fast-check';
import type { Json, JsonObject } from '../../src/ir/json.ts';

const words = fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme' });
const args = fc
  .dictionary(fc.string({ maxLength: 6 }), fc.jsonValue({ maxDepth: 2 }))
  .map((value) => JSON.parse(JSON.stringify(value)) as JsonObject);
const name = fc.stringMatching(/^[a-z_]{1,12}$/);
const count = fc.nat({ max: 100_000 });

const block: fc.Arbitrary<JsonObject> = fc.oneof(
  words.map((text): JsonObject => ({ type: 'text', text })),
  fc.tuple(words, words).map(([thinking, signature]): JsonObject => ({ type: 'thinking', thinking, signature })),
  words.map((data): JsonObject => ({ type: 'redacted_thinking', data })),
  fc.tuple(fc.uuid(), name, args).map(([id, tool, input]): JsonObject => ({ type: 'tool_use', id, name: tool, input })),
);

/** An answer of the Messages API. */
export const messagesAnswer: fc.Arbitrary<JsonObject & { model: string }> = fc
  .record({
    id: fc.uuid(),
    content: fc.array(block, { minLength: 1, maxLength: 4 }),
    stop: fc.oneof(
      fc.constantFrom('end_turn', 'max_tokens', 'refusal').map((reason) => [reason, null] as const),
      words.map((sequence) => ['stop_sequence', sequence] as const),
    ),
    input: count,
    output: count,
    read: count,
    short: count,
    long: count,
  })
  .map(({ id, content, stop: [reason, sequence], input, output, read, short, long }) => {
    const calls = content.some(({ type }) => type === 'tool_use');
    return {
      id: `msg_${id}`,
      type: 'message',
      role: 'assistant',
      model: 'claude-sonnet-4-6',
      content,
      stop_reason: calls && sequence === null ? 'tool_use' : reason,
      stop_sequence: sequence,
      usage: {
        input_tokens: input,
        output_tokens: output,
        cache_read_input_tokens: read,
        cache_creation_input_tokens: short + long,
        cache_creation: { ephemeral_5m_input_tokens: short, ephemeral_1h_input_tokens: long },
      },
    };
  });

/** An answer of Chat Completions. */
export const chatAnswer: fc.Arbitrary<JsonObject & { model: string; created: number }> = fc
  .record({
    id: fc.uuid(),
    created: fc.integer({ min: 1, max: 2_000_000_000 }),
    text: fc.option(words),
    calls: fc.array(fc.tuple(fc.uuid(), name, args), { maxLength: 3 }),
    reason: fc.constantFrom('stop', 'length', 'content_filter'),
    input: count,
    output: count,
  })
  .filter(({ text, calls }) => text !== null || calls.length > 0)
  .map(({ id, created, text, calls, reason, input, output }) => {
    const called = calls.map(([callId, tool, input_]): Json => ({
      id: callId,
      type: 'function',
      function: { name: tool, arguments: JSON.stringify(input_) },
    }));
    return {
      id: `chatcmpl-${id}`,
      object: 'chat.completion',
      created,
      model: 'openai-gpt-5.2',
      choices: [
        {
          index: 0,
          message: {
            role: 'assistant',
            content: text,
            refusal: null,
            ...(called.length === 0 ? {} : { tool_calls: called }),
          },
          logprobs: null,
          finish_reason: called.length > 0 && reason === 'stop' ? 'tool_calls' : reason,
        },
      ],
      usage: { prompt_tokens: input, completion_tokens: output, total_tokens: input + output },
    };
  });
