import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { createServer, request as requestHttp, type IncomingMessage, type ServerResponse } from 'node:http';
import { request as requestHttps } from 'node:https';
import { join } from 'node:path';
import type { Json } from '../../ir/json.ts';
import { listen, type RunningServer } from './listen.ts';
import { type Interaction, nameOf, type Recording } from './recording.ts';
import { Redactor, secretsOf } from './redact.ts';

export interface RecorderOptions {
  /** Scheme and host of a real account. */
  upstream: string;
  /** Where recordings are written: one file for each exchange. */
  folder: string;
  host?: string;
  /** 0, the default, takes any free port. */
  port?: number;
  log?: (line: string) => void;
}

/** Hop-by-hop, and what would make the answer unreadable here. */
const NOT_FORWARDED = [
  'host',
  'connection',
  'keep-alive',
  'transfer-encoding',
  'content-length',
  'accept-encoding',
  'expect',
];

/**
 * Stands between a client and a real account: passes everything under `/api/v2/` on, unchanged, and writes
 * each exchange down without what would tell whose account it was. Prompts and answers are kept as they
 * are, so do not send what must stay private. The client's own token is used and never written.
 * @throws Error when it cannot listen or the folder cannot be made
 */
export async function createRecorder(options: RecorderOptions): Promise<RunningServer> {
  const { folder, log = () => undefined } = options;
  const upstream = new URL(options.upstream);
  const redactor = new Redactor(upstream.hostname);
  await mkdir(folder, { recursive: true });
  let number = (await readdir(folder)).filter((name) => name.endsWith('.json')).length;

  const server = createServer((incoming, response) => {
    response.on('error', () => undefined);
    record(incoming, response).catch((cause: unknown) => {
      log(
        `${incoming.method} ${incoming.url} was not recorded: ${cause instanceof Error ? cause.message : 'it failed'}`,
      );
      if (!response.headersSent) response.writeHead(502, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ message: 'The recorder could not reach the account.' }));
    });
  });

  async function record(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    if (incoming.url?.startsWith('/api/v2/') !== true) {
      response.writeHead(404, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ message: 'The recorder passes on only what is under /api/v2/.' }));
      return;
    }
    const body = await readAll(incoming);
    const answer = await forward(upstream, incoming, body);
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    const chunks: Buffer[] = [];
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      response.write(chunk);
    }
    response.end();
    number += 1;
    const interaction = toInteraction(incoming, body, answer, Buffer.concat(chunks), redactor);
    const recording: Recording = { interactions: [interaction] };
    const name = nameOf(interaction, number);
    await writeFile(join(folder, name), `${JSON.stringify(recording, null, 2)}\n`);
    log(`${incoming.method} ${incoming.url} ${answer.statusCode} → ${name}`);
  }

  return listen(server, options.port ?? 0, options.host ?? '127.0.0.1');
}

function forward(upstream: URL, incoming: IncomingMessage, body: Buffer): Promise<IncomingMessage> {
  const kept = Object.entries(incoming.headers).filter(([name]) => !NOT_FORWARDED.includes(name));
  const request = upstream.protocol === 'http:' ? requestHttp : requestHttps;
  const target = new URL(incoming.url ?? '/', upstream.origin);
  return new Promise((resolve, reject) => {
    const outgoing = request(target, {
      method: incoming.method,
      headers: { ...Object.fromEntries(kept), 'accept-encoding': 'identity', 'content-length': body.length },
    });
    outgoing.on('response', resolve);
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

function toInteraction(
  incoming: IncomingMessage,
  requestBody: Buffer,
  answer: IncomingMessage,
  answerBody: Buffer,
  redactor: Redactor,
): Interaction {
  const secrets = secretsOf(incoming.headers);
  const id = answer.headers['x-snowflake-request-id'];
  redactor.learnRequestId(typeof id === 'string' ? id : undefined);
  const sent = parse(redactor.text(requestBody.toString(), secrets));
  const text = redactor.text(answerBody.toString(), secrets);
  const json = answer.headers['content-type']?.startsWith('application/json') === true ? parse(text) : undefined;
  return {
    request: {
      method: incoming.method ?? 'GET',
      url: redactor.text(`https://myorg-myaccount.snowflakecomputing.com${incoming.url ?? '/'}`, secrets),
      headers: redactor.headers(incoming.headers, secrets),
      ...(sent === undefined ? {} : { body: sent }),
    },
    response: {
      status: answer.statusCode ?? 0,
      headers: redactor.headers(answer.headers, secrets),
      ...(json === undefined ? { rawBody: text } : { body: json }),
    },
  };
}

async function readAll(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function parse(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
