/** Drives the Messages surface of a sandbox over real HTTP, and words for what is sent there. */
import type { JsonObject } from '../../src/ir/json.ts';
import type { CortexSandbox } from '../../src/sandbox/index.ts';

export const SONNET = 'claude-sonnet-4-6';
/** Thinks by budget and takes a prefill. */
export const SONNET_4_5 = 'claude-sonnet-4-5';
/** Thinks adaptively only, takes no sampling parameters and keeps its thoughts to itself. */
export const OPUS = 'claude-opus-4-8';

export const PIXEL = { type: 'base64', media_type: 'image/png', data: 'iVBORw0KGgo=' };
export const TOOL = { name: 'f', input_schema: { type: 'object', properties: { a: { type: 'string' } } } };
export const EPHEMERAL = { type: 'ephemeral' };

export const user = (content: string | JsonObject[]): JsonObject => ({ role: 'user', content });
export const assistant = (...content: JsonObject[]): JsonObject => ({ role: 'assistant', content });
export const text = (words: string, more: JsonObject = {}): JsonObject => ({ type: 'text', text: words, ...more });
export const call = (id: string): JsonObject => ({ type: 'tool_use', id, name: 'f', input: {} });
export const result = (id: string): JsonObject => ({ type: 'tool_result', tool_use_id: id, content: 'ok' });
export const thought = (words: string, signature: string): JsonObject => ({
  type: 'thinking',
  thinking: words,
  signature,
});
export const thinking = (budget = 1_024): JsonObject => ({ type: 'enabled', budget_tokens: budget });

interface RawAnswer {
  status: number;
  headers: Headers;
  text: string;
  /** The parsed body; `{}` when it is no JSON. */
  body: JsonObject;
}

/** A request that Cortex takes, with `changes` on top; `undefined` removes a field. */
export function messagesBody(changes: JsonObject = {}): JsonObject {
  return { model: SONNET, max_tokens: 2_048, messages: [user('Hello')], ...changes };
}

export function postMessages(
  sandbox: CortexSandbox,
  body: JsonObject,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(`${sandbox.url}/api/v2/cortex/v1/messages`, {
    method: 'POST',
    headers: { authorization: 'Bearer sandbox-token', 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
}

export async function askMessages(
  sandbox: CortexSandbox,
  body: JsonObject,
  headers: Record<string, string> = {},
): Promise<RawAnswer> {
  const response = await postMessages(sandbox, body, headers);
  const said = await response.text();
  const json = response.headers.get('content-type')?.startsWith('application/json') === true;
  return {
    status: response.status,
    headers: response.headers,
    text: said,
    body: json ? (JSON.parse(said) as JsonObject) : {},
  };
}

/** Status and words of a refusal, with Cortex's wrapping taken off; no words when the request is accepted. */
export async function refusalOf(
  sandbox: CortexSandbox,
  changes: JsonObject,
  headers: Record<string, string> = {},
): Promise<[status: number, says: string]> {
  const { status, body } = await askMessages(sandbox, messagesBody(changes), headers);
  const message = typeof body.message === 'string' ? body.message : '';
  const wrapped = /^invalid request parameters: (".*")$/s.exec(message)?.[1];
  return [status, wrapped === undefined ? message : (JSON.parse(wrapped) as string)];
}
