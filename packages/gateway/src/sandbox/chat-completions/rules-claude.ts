/** Claude behind Bedrock Converse: roles, tool history, response format, caching. Reasoning is in `rules-thinking.ts`. */
import { isObject } from '../../ir/json.ts';
import type { ChatMessage } from './chat-request.ts';
import { type Rule, refuseChat } from './rule.ts';
import { thinkingRules } from './rules-thinking.ts';

const ROLES = ['system', 'user', 'assistant', 'tool'];
const MAX_CACHE_MARKS = 4;

export const claudeRules: readonly Rule[] = [
  function roles({ messages }, _model, { developerRole }) {
    const allowed = developerRole === 'accept' ? [...ROLES, 'developer'] : ROLES;
    const stranger = messages.find(({ role }) => !allowed.includes(role));
    return stranger === undefined ? undefined : refuseChat('unknown-role', { role: stranger.role });
  },

  function toolTypes({ body, tools }) {
    const calls = Array.isArray(body.messages)
      ? body.messages.flatMap((message) =>
          isObject(message) && Array.isArray(message.tool_calls) ? message.tool_calls : [],
        )
      : [];
    const strangers = [...tools, ...calls, body.tool_choice].some((each) => isObject(each) && each.type !== 'function');
    return strangers ? refuseChat('function-tools-only') : undefined;
  },

  function responseFormat({ body }, _model, { claudeJsonSchema }) {
    const type = isObject(body.response_format) ? body.response_format.type : undefined;
    if (type === 'json_object') return refuseChat('json-object');
    return type === 'json_schema' && claudeJsonSchema === 'refuse' ? refuseChat('json-schema') : undefined;
  },

  function sampling({ body }, model, switches) {
    if (model.sampling || switches.sampling === 'ignore') return undefined;
    const field = ['temperature', 'top_p', 'top_k'].find((name) => typeof body[name] === 'number');
    return field === undefined ? undefined : refuseChat('sampling', { field });
  },

  /** docs/cortex-quirks.md#parallel-history */
  function pairing({ messages }, _model, { multiCallHistory }) {
    let open = new Set<string>();
    for (const [index, { role, toolCallId, calls }] of messages.entries()) {
      if (role === 'tool') {
        if (!open.delete(toolCallId ?? '')) return refuseChat('orphan-tool-result', { index });
        continue;
      }
      if (open.size > 0) break;
      if (calls.length > 1 && multiCallHistory === 'refuse') return refuseChat('unpaired-tool-use');
      open = new Set(calls.map(({ id }) => id));
    }
    return open.size === 0 ? undefined : refuseChat('unpaired-tool-use');
  },

  function toolConfig({ messages, tools }) {
    const used = messages.some(({ role, calls }) => role === 'tool' || calls.length > 0);
    return used && tools.length === 0 ? refuseChat('tool-config') : undefined;
  },

  /** docs/cortex-quirks.md#trailing-assistant */
  function lastMessage({ messages, tools }, model, { prefill, trailingAssistantWithTools }) {
    if (messages.at(-1)?.role !== 'assistant') return undefined;
    if (tools.length > 0) {
      if (trailingAssistantWithTools === 'refuse') return refuseChat('assistant-last-with-tools');
      return undefined;
    }
    const refused = prefill === 'refuse' || (prefill === 'by-model' && !model.prefill);
    return refused ? refuseChat('prefill') : undefined;
  },

  function blankText({ messages }) {
    for (const [index, message] of messages.entries()) {
      const block = message.blocks.findIndex(({ type, text }) => type === 'text' && text.trim() === '');
      if (block >= 0 && !mayBeBlank(message)) return refuseChat('blank-text', { index, block });
    }
    return undefined;
  },

  /** docs/cortex-quirks.md#cache-marks */
  function cacheMarks({ messages }, _model, { ttl1h }) {
    const marks = messages
      .filter(({ role }) => role !== 'tool')
      .flatMap(({ blocks }) => blocks.map(({ cache }) => cache))
      .filter((cache) => cache !== undefined);
    if (marks.some(({ type }) => type !== 'ephemeral')) return refuseChat('cache-type');
    if (ttl1h === 'refuse' && marks.some(({ ttl }) => ttl !== undefined && ttl !== null && ttl !== '5m')) {
      return refuseChat('cache-ttl');
    }
    return marks.length > MAX_CACHE_MARKS ? refuseChat('cache-marks', { count: marks.length }) : undefined;
  },

  ...thinkingRules,
];

/** Cortex's own tool-call turns say `content: ""`, and a tool may have nothing to report. */
function mayBeBlank({ role, calls }: ChatMessage): boolean {
  return role === 'tool' || calls.length > 0;
}
