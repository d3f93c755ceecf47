/** What OpenAI itself checks behind Cortex, in its own words. */
import { isObject } from '../../ir/json.ts';
import type { ChatMessage } from './chat-request.ts';
import { type Rule, refuseChat } from './rule.ts';

const ROLES = ['system', 'developer', 'user', 'assistant', 'tool', 'function'];
const CONTENT_TYPES = new Set(['text', 'image_url', 'input_audio', 'refusal', 'audio', 'file']);
const MAX_CALL_ID_LENGTH = 40;
/** Below this, models that always reason have nothing left to answer with. */
const TINY_OUTPUT_TOKENS = 16;

export const openaiRules: readonly Rule[] = [
  function roles({ messages }) {
    const stranger = messages.find(({ role }) => !ROLES.includes(role));
    return stranger === undefined ? undefined : refuseChat('openai-role', { role: stranger.role });
  },

  /** docs/cortex-quirks.md#content-forms */
  function contentTypes({ messages }) {
    const stranger = messages.flatMap(({ blocks }) => blocks).find(({ type }) => !CONTENT_TYPES.has(type));
    return stranger === undefined ? undefined : refuseChat('openai-content-type', { type: stranger.type });
  },

  /** docs/cortex-quirks.md#tool-images */
  function imageRoles({ messages }) {
    const index = messages.findIndex(
      ({ role, blocks }) => role !== 'user' && blocks.some(({ imageUrl }) => imageUrl !== undefined),
    );
    return index < 0 ? undefined : refuseChat('openai-image-role', { index, role: messages[index]!.role });
  },

  function callIds({ messages }) {
    for (const [at, { calls, toolCallId }] of messages.entries()) {
      const long = calls.findIndex(({ id }) => id.length > MAX_CALL_ID_LENGTH);
      const path = long >= 0 ? `messages[${at}].tool_calls[${long}].id` : `messages[${at}].tool_call_id`;
      const id = calls[long]?.id ?? toolCallId ?? '';
      if (id.length > MAX_CALL_ID_LENGTH) return refuseChat('openai-call-id-length', { path, length: id.length });
    }
    return undefined;
  },

  function pairing({ messages }) {
    let open = new Set<string>();
    for (const message of messages) {
      if (message.role === 'tool') {
        if (!open.delete(message.toolCallId ?? '')) return refuseChat('openai-orphan-tool');
        continue;
      }
      if (open.size > 0) break;
      open = new Set(message.calls.map(({ id }) => id));
    }
    return open.size === 0 ? undefined : refuseChat('openai-unanswered-calls', { ids: [...open].join(', ') });
  },

  function jsonWord({ body, messages }) {
    if (!isObject(body.response_format) || body.response_format.type !== 'json_object') return undefined;
    return messages.some(mentionsJson) ? undefined : refuseChat('openai-word-json');
  },

  function toolsWithReasoning({ body, tools }, model) {
    if (model.toolsWithReasoning || tools.length === 0) return undefined;
    const reasoning = isObject(body.reasoning) ? body.reasoning.effort : undefined;
    const effort = reasoning ?? body.reasoning_effort;
    return effort === 'none' ? undefined : refuseChat('tools-with-reasoning', { model: model.name });
  },

  function tinyOutput({ body }, model) {
    const { max_completion_tokens: wanted, reasoning_effort: effort } = body;
    if (!model.tinyNeedsEffort || typeof wanted !== 'number' || wanted >= TINY_OUTPUT_TOKENS) return undefined;
    return typeof effort === 'string' || isObject(body.reasoning) ? undefined : refuseChat('tiny-output');
  },

  function choices({ body: { n } }) {
    if (n === undefined || n === null) return undefined;
    const fits = typeof n === 'number' && Number.isInteger(n) && n >= 1 && n <= 128;
    return fits ? undefined : refuseChat('openai-choices', { n: JSON.stringify(n) });
  },

  function topLogprobs({ body: { logprobs, top_logprobs: top } }) {
    return typeof top === 'number' && logprobs !== true ? refuseChat('openai-top-logprobs') : undefined;
  },
];

function mentionsJson({ blocks }: ChatMessage): boolean {
  return blocks.some(({ text }) => /json/i.test(text));
}
