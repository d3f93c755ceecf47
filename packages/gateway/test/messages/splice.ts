/** Messages bodies spliced as the exchange has it done, with the tree that their outline found. */
import type { JsonObject } from '../../src/ir/json.ts';
import { outlineObject } from '../../src/kit/json-span.ts';
import type { ModelCapabilities } from '../../src/protocols/codec.ts';
import { spliceMessages } from '../../src/upstream/splices/index.ts';
import { SONNET_4_5 } from './claude.ts';

export const TOOL = { name: 'f', input_schema: { type: 'object' } };
export const USER = { role: 'user', content: 'hi' };
export const MODEL = 'claude-sonnet-4-5';
export const BODY = { model: MODEL, max_tokens: 4_096, messages: [USER] };

export function splice(fields: JsonObject, capabilities: ModelCapabilities = SONNET_4_5, betas?: string) {
  const target = {
    model: MODEL,
    capabilities,
    headers: betas === undefined ? {} : { 'anthropic-beta': betas },
  };
  const bytes = Buffer.from(JSON.stringify({ ...BODY, ...fields }));
  return spliceMessages(bytes, target, outlineObject(bytes).tree);
}

/** What differs from the body that was sent, and the notes. */
export function changes(fields: JsonObject, capabilities?: ModelCapabilities, betas?: string): [JsonObject, string[]] {
  const spliced = splice(fields, capabilities, betas);
  if (spliced === 'translate') return [{ translate: true }, []];
  const before: JsonObject = { ...BODY, ...fields };
  const after = JSON.parse(spliced.body.toString('utf8')) as JsonObject;
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const changed = names.filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
  return [
    Object.fromEntries(changed.map((name) => [name, after[name] ?? null])),
    spliced.notes.map(({ code, path, harmless }) => `${code} ${path}${harmless === true ? ' harmless' : ''}`),
  ];
}
