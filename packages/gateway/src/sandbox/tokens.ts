/**
 * The sandbox's token rule: one token per four bytes of UTF-8, rounded up. It is not a tokenizer; it is
 * cheap, the same on every machine, and close enough for budgets, cache minimums and usage to look real.
 */
import type { Prompt, PromptMessage, PromptTool } from './prompt.ts';
import type { SimulatedPart } from './turn.ts';

export const BYTES_PER_TOKEN = 4;
/** What an image of the size Claude scales to weighs. */
const IMAGE_TOKENS = 1_600;
/** Role markers and separators. */
const MESSAGE_TOKENS = 4;
/** What every prompt costs before its first word; recorded: 22 tokens for a 43-character question. */
export const PROMPT_TOKENS = 7;
/** The instructions Claude is given when tools are offered. docs/cortex-quirks.md#tool-preamble-tokens */
const CLAUDE_TOOL_PREAMBLE_TOKENS = 500;
const OTHER_TOOL_PREAMBLE_TOKENS = 12;
/** JSON Schema output is a forced tool underneath. docs/cortex-quirks.md#json-output */
const CLAUDE_SCHEMA_PREAMBLE_TOKENS = 600;

export function countTokens(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / BYTES_PER_TOKEN);
}

/** The longest beginning of `text` that costs at most `tokens`; never splits a character. */
export function takeTokens(text: string, tokens: number): string {
  const bytes = Buffer.from(text);
  let end = Math.min(bytes.length, Math.max(0, tokens) * BYTES_PER_TOKEN);
  while (end > 0 && end < bytes.length && (bytes[end]! & 0xc0) === 0x80) end -= 1;
  return bytes.toString('utf8', 0, end);
}

/** What a request pays for offering tools or demanding a schema, besides their own text. */
export function countPreamble(prompt: Prompt): number {
  const claude = prompt.model.startsWith('claude-');
  let tokens = 0;
  if (prompt.tools.length > 0) tokens += claude ? CLAUDE_TOOL_PREAMBLE_TOKENS : OTHER_TOOL_PREAMBLE_TOKENS;
  if (prompt.schema !== undefined) {
    tokens += countTokens(JSON.stringify(prompt.schema)) + (claude ? CLAUDE_SCHEMA_PREAMBLE_TOKENS : 0);
  }
  return tokens;
}

/** All tokens of the prompt, cached or not. */
export function countPrompt(prompt: Prompt): number {
  const tools = prompt.tools.reduce((sum, tool) => sum + countTool(tool), 0);
  const messages = prompt.messages.reduce((sum, message) => sum + countMessage(message), 0);
  return PROMPT_TOKENS + countPreamble(prompt) + tools + messages;
}

export function countTool(tool: PromptTool): number {
  return countTokens(tool.definition);
}

export function countMessage(message: PromptMessage): number {
  const frame = message.continues === true ? 0 : MESSAGE_TOKENS;
  return frame + countTokens(message.text) + countTokens(message.callText ?? '') + message.images * IMAGE_TOKENS;
}

export function countPart(part: SimulatedPart): number {
  if (part.kind !== 'call') return countTokens(part.text);
  return countTokens(part.name) + countTokens(JSON.stringify(part.input));
}
