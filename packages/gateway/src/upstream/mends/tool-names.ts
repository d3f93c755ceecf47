import { isObject, type Json, type JsonObject } from '../../ir/json.ts';
import { mapChanged } from '../../ir/map-changed.ts';
import { toolNameOnWire } from '../../ir/tool-names.ts';
import { contentsOf, toolCallsOf } from './chunk.ts';
import { type AnswerMend, onCortex, type RequestMend } from './mend.ts';
import { replaceMessages } from './messages.ts';

/** Names that OpenAI refuses (`mcp.server/tool`) travel under others, and come back as they were. */
export const toolNames: RequestMend & AnswerMend = {
  id: 'tool-names',
  since: '2026-11',
  evidence: 'docs/cortex-quirks.md#tool-names',
  applies: onCortex,
  request(body, _target, reading) {
    const names = new Map<string, string>();
    const rename = (called: JsonObject): JsonObject => {
      const { name } = called;
      const wire = typeof name === 'string' ? toolNameOnWire(name) : '';
      if (typeof name !== 'string' || wire === name) return called;
      names.set(wire, name);
      return { ...called, name: wire };
    };
    if (Array.isArray(body.tools)) body.tools = body.tools.map((tool) => renameCalled(tool, rename));
    if (isObject(body.tool_choice)) body.tool_choice = renameCalled(body.tool_choice, rename);
    replaceMessages(body, (message) => {
      const { tool_calls: calls, role } = message;
      const renamed = role === 'function' ? rename(message) : message;
      if (!Array.isArray(calls)) return renamed;
      const called = mapChanged(calls, (call) => renameCalled(call, rename));
      return called === calls ? renamed : { ...renamed, tool_calls: called };
    });
    if (names.size > 0) reading.toolNames = names;
    return [];
  },
  edit({ reading: { toolNames: names } }) {
    if (names === undefined) return undefined;
    return (answer) => {
      for (const { content } of contentsOf(answer)) {
        for (const { function: called } of toolCallsOf(content)) {
          if (isObject(called) && typeof called.name === 'string') called.name = names.get(called.name) ?? called.name;
        }
      }
    };
  },
};

/** The same object when the name in its `function` is legal. */
function renameCalled(holder: Json, rename: (called: JsonObject) => JsonObject): Json {
  if (!isObject(holder) || !isObject(holder.function)) return holder;
  const renamed = rename(holder.function);
  return renamed === holder.function ? holder : { ...holder, function: renamed };
}
