import { imageTokens } from '../../ir/image-tokens.ts';
import { isObject, type Json, type JsonObject } from '../../ir/json.ts';
import { invalid, optionalArray, optionalString } from '../validate.ts';

/**
 * How many bytes go into a token, at the low end of what Claude's tokenizers make of each kind of text:
 * prose, what is dense with punctuation (JSON, schemas), and scripts beyond ASCII.
 */
const PROSE = 3;
const DENSE = 2.5;
const BEYOND_ASCII = 2;

/** Fixed costs in tokens. The first is what offering any tool adds: docs/cortex-quirks.md#tool-preamble-tokens */
const TOOLS_PREAMBLE = 550;
const PER_TOOL = 16;
const PER_MESSAGE = 6;
const PER_BLOCK = 8;

const PER_PAGE = 3_000;
const BASE64_PER_PAGE = 65_536;

/**
 * The answer of `/v1/messages/count_tokens`.
 * @throws GatewayError `invalid-request` naming the field, for a body that holds no conversation
 */
export function countTokens(body: JsonObject): { input_tokens: number } {
  optionalString(body.model, 'model');
  optionalArray(body.tools, 'tools');
  if (!Array.isArray(body.messages)) throw invalid('messages', 'must be an array of messages');
  return { input_tokens: estimateTokens(body) };
}

/**
 * An estimate of the prompt's tokens that leans high, so that who plans by it compacts too early rather
 * than too late. Cortex counts no tokens (docs/cortex-quirks.md#missing-endpoints).
 * @param body as it came; what is malformed counts by its length
 */
export function estimateTokens(body: JsonObject): number {
  const tools = Array.isArray(body.tools) ? body.tools : [];
  const messages = Array.isArray(body.messages) ? body.messages : [];
  const total =
    contentTokens(body.system) +
    (tools.length === 0 ? 0 : TOOLS_PREAMBLE) +
    sum(tools, (tool) => PER_TOOL + denseTokens(tool)) +
    sum(messages, (message) => PER_MESSAGE + (isObject(message) ? contentTokens(message.content) : 0)) +
    (isObject(body.output_config) ? denseTokens(body.output_config) : 0);
  return Math.max(1, Math.ceil(total));
}

function contentTokens(content: Json | undefined): number {
  if (typeof content === 'string') return textTokens(content, PROSE);
  return Array.isArray(content) ? sum(content, blockTokens) : 0;
}

function blockTokens(block: Json): number {
  if (!isObject(block)) return contentTokens(block);
  switch (typeof block.type === 'string' ? block.type : '') {
    case 'text':
      return contentTokens(block.text);
    case 'thinking':
      return PER_BLOCK + contentTokens(block.thinking);
    case 'image':
      return PER_BLOCK + imageTokens(dataOf(block.source));
    case 'document':
      return PER_BLOCK + documentTokens(block);
    case 'tool_use':
      return PER_BLOCK + denseTokens([block.id ?? null, block.name ?? null, block.input ?? null]);
    case 'tool_result':
      return PER_BLOCK + denseTokens(block.tool_use_id ?? null) + contentTokens(block.content);
    default:
      return PER_BLOCK + denseTokens(block);
  }
}

function dataOf(source: Json | undefined): string | undefined {
  return isObject(source) && typeof source.data === 'string' ? source.data : undefined;
}

function documentTokens({ source, title, context }: JsonObject): number {
  const heading = contentTokens(title) + contentTokens(context);
  if (!isObject(source)) return heading;
  if (source.type === 'base64' && typeof source.data === 'string') {
    return heading + PER_PAGE * Math.ceil(source.data.length / BASE64_PER_PAGE);
  }
  return heading + contentTokens(source.data) + contentTokens(source.content);
}

function denseTokens(value: Json): number {
  return textTokens(JSON.stringify(value), DENSE);
}

function textTokens(text: string, bytesPerToken: number): number {
  let ascii = 0;
  let beyond = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code < 0x80) ascii += 1;
    // Half a surrogate pair stands for two of its four bytes.
    else beyond += code < 0x800 || (code >= 0xd800 && code <= 0xdfff) ? 2 : 3;
  }
  return ascii / bytesPerToken + beyond / BEYOND_ASCII;
}

function sum<T>(items: readonly T[], weigh: (item: T) => number): number {
  return items.reduce((total, item) => total + weigh(item), 0);
}
