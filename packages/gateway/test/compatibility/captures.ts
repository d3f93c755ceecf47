// What real clients were seen to send: see fixtures/clients/README.md.
import { readdirSync, readFileSync } from 'node:fs';
import type { JsonObject } from '../../src/ir/json.ts';
import { MESSAGES_CAPTURES } from '../support/messages-captures.ts';
import type { RunningCouloir } from '../support/couloir.ts';

export interface Capture {
  /** The file, below `fixtures/`. */
  name: string;
  /** `{model}` is the model's name, which such a body leaves out. */
  path: string;
  headers: Record<string, string>;
  /** The header that carries the key; `authorization` when absent. */
  keyHeader?: 'api-key';
  body: JsonObject;
}

const FIXTURES = new URL('../../../../fixtures/', import.meta.url);

const CURSOR = { 'user-agent': 'Cursor/1.0' };
const AZURE = '/openai/deployments/{model}/chat/completions?api-version=2023-03-15-preview';

export const CAPTURES: readonly Capture[] = [
  ...readFolder('openai-chat', '/v1/chat/completions'),
  ...readFolder('cursor', '/v1/chat/completions', CURSOR).map(toAzure),
  ...readFolder('clients/responses', '/v1/responses'),
  ...readFolder('openai-completions', '/v1/completions'),
  ...readFolder('openai-embeddings', '/v1/embeddings'),
  ...MESSAGES_CAPTURES.map((capture) => ({ ...capture, name: `clients/messages/${capture.name}.json` })),
];

function readFolder(folder: string, path: string, headers: Record<string, string> = {}): Capture[] {
  const files = readdirSync(new URL(folder, FIXTURES)).filter((file) => file.endsWith('.json'));
  return files.flatMap((file) => {
    const name = `${folder}/${file}`;
    const body = JSON.parse(readFileSync(new URL(name, FIXTURES), 'utf8')) as JsonObject;
    // Among them are answers.
    const asks = ['messages', 'input', 'prompt'].some((field) => field in body);
    return asks ? [{ name, path, headers, body }] : [];
  });
}

function toAzure(capture: Capture): Capture {
  if (capture.name !== 'cursor/verify-azure.json') return capture;
  const { model: _, ...body } = capture.body;
  return { ...capture, path: AZURE, keyHeader: 'api-key', body };
}

export interface Replayed {
  status: number;
  headers: Record<string, string>;
  text: string;
}

/** Sends a capture as its client did, on the model `model` and with these fields in its body. */
export async function replay(
  { path, headers, keyHeader, body }: Capture,
  model: string,
  { url, key }: Pick<RunningCouloir, 'url' | 'key'>,
  fields: JsonObject = {},
): Promise<Replayed> {
  const credential = keyHeader === undefined ? { authorization: `Bearer ${key}` } : { [keyHeader]: key };
  const named = path.includes('{model}') ? {} : { model };
  const response = await fetch(url + path.replace('{model}', model), {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...credential, ...headers },
    body: JSON.stringify({ ...body, ...named, ...fields }),
  });
  return { status: response.status, headers: Object.fromEntries(response.headers), text: await response.text() };
}
