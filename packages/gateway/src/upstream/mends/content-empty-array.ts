import type { JsonObject } from '../../ir/json.ts';
import { replaceMessages } from './messages.ts';
import { onCortex, type RequestMend } from './mend.ts';

/** Cursor sends `content: []`, Kimi no content at all, for turns that only call tools; Cortex takes `null` there. */
export const contentEmptyArray: RequestMend = {
  id: 'content-empty-array',
  since: '2026-05',
  evidence: 'docs/cortex-quirks.md#content-empty-array',
  applies: onCortex,
  request(body) {
    replaceMessages(body, (message) => (isEmpty(message) ? { ...message, content: emptyContent(message) } : message));
    return [];
  },
};

function isEmpty({ content }: JsonObject): boolean {
  return (
    content === undefined || content === null || content === '' || (Array.isArray(content) && content.length === 0)
  );
}

function emptyContent(message: JsonObject): null | '' {
  const calls = Array.isArray(message.tool_calls) && message.tool_calls.length > 0;
  return calls || typeof message.function_call === 'object' ? null : '';
}
