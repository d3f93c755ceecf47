import { isObject, type Json, type JsonObject } from '../../ir/json.ts';

/**
 * What a block of a tool that ran on Anthropic's servers says as text, for a conversation that began
 * there: neither Cortex nor any other vendor knows such blocks. Undefined for blocks of another kind.
 */
export function tellServerBlock(block: JsonObject): string | undefined {
  const { type, name } = block;
  if (typeof type !== 'string') return undefined;
  if (type === 'server_tool_use' || type === 'mcp_tool_use') {
    return `[Earlier tool call: ${typeof name === 'string' ? name : type} ${JSON.stringify(block.input ?? {})}]`;
  }
  if (!type.endsWith('_tool_result')) return undefined;
  return `[Result of the earlier tool call ${type.slice(0, -'_tool_result'.length)}]\n${JSON.stringify(legible(block.content))}`;
}

/** A result without what only Anthropic can read. */
function legible(value: Json | undefined): Json {
  if (Array.isArray(value)) return value.map(legible);
  if (!isObject(value)) return value ?? null;
  const readable = Object.entries(value).filter(([key]) => !key.startsWith('encrypted_'));
  return Object.fromEntries(readable.map(([key, inner]) => [key, legible(inner)]));
}
