import { createHash } from 'node:crypto';
import { isObject, type Json, type JsonObject } from '../../ir/json.ts';
import type { SandboxModel } from '../model-table.ts';
import type { Prompt, PromptMessage } from '../prompt.ts';
import { type CompleteMessage, type CompleteRequest, stringOf } from './complete-request.ts';

/** Snowflake's specification of inference:complete. */
const DEFAULT_OUTPUT_TOKENS = 4096;

/** A legacy request that breaks no rule, as the simulated model sees it. */
export function readPrompt(request: CompleteRequest, model: SandboxModel): Prompt {
  const { body, tools, toolChoice, schema } = request;
  const [named] = toolChoice?.type === 'tool' ? toolChoice.names : [];
  const forced = named !== undefined ? { name: named } : toolChoice?.type === 'required' ? ('any' as const) : undefined;
  return {
    model: model.name,
    messages: request.messages.flatMap(readMessage),
    tools: tools.map((tool) => ({
      name: tool.name,
      definition: JSON.stringify(tool.definition),
      schema: tool.schema,
      cacheMark: tool.cacheMark,
    })),
    ...(forced === undefined ? {} : { forced }),
    ...(isObject(schema) ? { schema } : {}),
    thinks: model.family === 'claude' ? request.thinkingBudget !== undefined : request.reasoningEffort !== undefined,
    maxTokens: typeof body.max_tokens === 'number' && body.max_tokens > 0 ? body.max_tokens : DEFAULT_OUTPUT_TOKENS,
    stop: [],
  };
}

/** Tool results are messages of their own to the model, before what the user says with them. */
function readMessage({ role, content, items }: CompleteMessage): PromptMessage[] {
  const results = items.filter(({ type }) => type === 'tool_results');
  const rest = items.filter(({ type }) => type !== 'tool_results');
  const own = promptMessage(role === 'system' || role === 'assistant' ? role : 'user', content ?? '', rest);
  if (results.length === 0) return [own];
  const said = results.flatMap(({ tool_results: held }) => (isObject(held) ? [resultText(held.content)] : []));
  const told = promptMessage('tool', said.join('\n'), results);
  return own.text === '' && rest.length === 0 ? [told] : [told, own];
}

function promptMessage(role: PromptMessage['role'], content: string, items: JsonObject[]): PromptMessage {
  const calls = items.flatMap(({ tool_use: call }) => (isObject(call) ? [call] : []));
  const images = items.filter(({ type }) => type === 'image');
  const listed = items.filter(({ type }) => type === 'text').map(({ text }) => stringOf(text));
  return {
    role,
    // Clients that say the text in both places are understood once.
    text: [content, ...listed.filter((text) => text !== content)].filter((text) => text !== '').join('\n'),
    images: images.length,
    calls: calls.map(({ name }) => stringOf(name)),
    cacheMark: items.some(({ cache_control: mark }) => isObject(mark)),
    ...(calls.length > 0 ? { callText: calls.map(({ input }) => JSON.stringify(input)).join('\n') } : {}),
    ...(images.length > 0 ? { imageDigest: digest(images) } : {}),
  };
}

function resultText(content: Json | undefined): string {
  const parts = Array.isArray(content) ? content.filter(isObject) : [];
  return parts.map(({ text, json }) => (json === undefined ? stringOf(text) : JSON.stringify(json))).join('\n');
}

function digest(images: JsonObject[]): string {
  return createHash('sha256').update(JSON.stringify(images)).digest('base64url');
}
