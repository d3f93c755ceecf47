/** What the tests of this folder do again and again: configurations of one account, and requests on connections of their own. */
import { once } from 'node:events';
import { renameSync, writeFileSync } from 'node:fs';
import { Agent, type IncomingMessage, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import path from 'node:path';
import { eventually, type RunningCouloir } from '../support/couloir.ts';

export const CLAUDE = 'claude-sonnet-4-6';
export const GPT = 'openai-gpt-5.2';

/** A configuration as text. JSON is YAML. */
export function configOf(upstreamUrl: string, others: Record<string, unknown> = {}): string {
  return JSON.stringify({
    accounts: { main: { host: upstreamUrl, token: 'sandbox-test' } },
    models: [{ name: CLAUDE }, { name: GPT }],
    ...others,
  });
}

/** As editors do it: written beside, then put in its place. */
export function replaceFile({ folder }: RunningCouloir, name: string, text: string): void {
  writeFileSync(path.join(folder, 'beside'), text);
  renameSync(path.join(folder, 'beside'), path.join(folder, name));
}

/** Waits for so many lines about read settings. */
export async function reloaded(couloir: RunningCouloir, times = 1): Promise<string> {
  const lines = () =>
    couloir
      .output()
      .split('\n')
      .filter((line) => line.includes('Settings read again'));
  await eventually(() => lines().length >= times);
  return lines()[times - 1]!;
}

export async function status(couloir: RunningCouloir, key: string, target = '/v1/models'): Promise<number> {
  const response = await fetch(couloir.url + target, { headers: { authorization: `Bearer ${key}` } });
  await response.arrayBuffer();
  return response.status;
}

export interface Dialect {
  path: string;
  model: string;
  body: (script: string) => Record<string, unknown>;
}

const chat = (script: string) => ({ max_tokens: 1_000, messages: [{ role: 'user', content: script }] });

/** The same question in each dialect that streams. */
export const DIALECTS: Record<string, Dialect> = {
  chat: { path: '/v1/chat/completions', model: GPT, body: chat },
  messages: { path: '/v1/messages', model: CLAUDE, body: chat },
  responses: { path: '/v1/responses', model: GPT, body: (script) => ({ input: script }) },
  completions: { path: '/v1/completions', model: GPT, body: (script) => ({ prompt: script }) },
};

/** Asks, on a connection of its own unless there is an `agent`. */
export function ask(
  couloir: RunningCouloir,
  dialect: Dialect,
  script: string,
  options: { stream?: boolean; agent?: Agent; model?: string; key?: string } = {},
): Promise<IncomingMessage> {
  const { stream = true, agent = false, model = dialect.model, key = couloir.key } = options;
  const call = request(couloir.url + dialect.path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    agent,
  });
  call.end(JSON.stringify({ model, stream, ...dialect.body(script) }));
  return new Promise((resolve, reject) => {
    call.on('response', resolve);
    call.on('error', reject);
  });
}

/** A connection with every byte in the test's hand. */
export async function open(couloir: RunningCouloir): Promise<Socket & { heard(): string }> {
  const socket = connect(Number(new URL(couloir.url).port), '127.0.0.1');
  let heard = '';
  socket.on('data', (chunk: Buffer) => (heard += chunk.toString('latin1')));
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return Object.assign(socket, { heard: () => heard });
}

/** One connection that is kept for the next request. */
export function oneConnection(): Agent {
  return new Agent({ keepAlive: true, maxSockets: 1 });
}
