import { readdir, readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { isObject, type Json } from '../../ir/json.ts';
import { listen, type RunningServer } from './listen.ts';
import type { Interaction, Recording } from './recording.ts';

export interface PlayerOptions {
  /** A folder that the recorder, or somebody else in its format, has filled. */
  folder: string;
  host?: string;
  /** 0, the default, takes any free port. */
  port?: number;
  log?: (line: string) => void;
}

/** Of the connection and of the length: those of this answer are its own. */
const NOT_REPLAYED = new Set(['connection', 'content-length', 'transfer-encoding', 'date']);

/**
 * Answers with what was recorded: the exchange with the very same body, else one for the same model and
 * kind of answer. Exchanges that fit equally take turns in the order of their files.
 * @throws Error when the folder holds no recording, or it cannot listen
 */
export async function createPlayer(options: PlayerOptions): Promise<RunningServer> {
  const { folder, log = () => undefined } = options;
  const recorded = await readRecordings(folder);
  if (recorded.length === 0) throw new Error(`${folder} holds no recordings (files with "interactions").`);
  const played = new Map<Interaction, number>();

  const server = createServer((incoming, response) => {
    response.on('error', () => undefined);
    answer(incoming, response).catch(() => response.destroy());
  });

  async function answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readJson(incoming);
    const { method = 'GET', url = '/' } = incoming;
    const chosen = choose(recorded, played, method, url, body);
    response.setHeader('x-couloir-sandbox', '1');
    if (chosen === undefined) {
      log(`${method} ${url} was never recorded`);
      response.writeHead(404, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ message: `No recording of ${method} ${url} fits this body.` }));
      return;
    }
    played.set(chosen, (played.get(chosen) ?? 0) + 1);
    const { status, headers, body: json, rawBody } = chosen.response;
    const kept = Object.entries(headers).filter(([name]) => !NOT_REPLAYED.has(name.toLowerCase()));
    response.writeHead(status, Object.fromEntries(kept));
    response.end(rawBody ?? JSON.stringify(json));
    log(`${method} ${url} ${status} replayed`);
  }

  return listen(server, options.port ?? 0, options.host ?? '127.0.0.1');
}

async function readRecordings(folder: string): Promise<Interaction[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.json')).toSorted();
  const files = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
  return files.flatMap((text) => {
    const value: unknown = JSON.parse(text);
    return isRecording(value) ? value.interactions : [];
  });
}

function isRecording(value: unknown): value is Recording {
  return typeof value === 'object' && value !== null && 'interactions' in value && Array.isArray(value.interactions);
}

function choose(
  recorded: Interaction[],
  played: ReadonlyMap<Interaction, number>,
  method: string,
  url: string,
  body: Json | undefined,
): Interaction | undefined {
  const path = pathOf(url);
  const fitting = recorded.filter(({ request }) => request.method === method && pathOf(request.url) === path);
  const wanted = canonical(body);
  const same = fitting.filter(({ request }) => canonical(request.body) === wanted);
  const alike = same.length > 0 ? same : fitting.filter(({ request }) => kindOf(request.body) === kindOf(body));
  return alike.toSorted((left, right) => (played.get(left) ?? 0) - (played.get(right) ?? 0))[0];
}

function pathOf(url: string): string {
  const { pathname, searchParams } = new URL(url, 'http://replay');
  searchParams.sort();
  return `${pathname}?${searchParams.toString()}`;
}

function kindOf(body: Json | undefined): string {
  if (!isObject(body)) return '';
  return JSON.stringify([body.model, body.stream === true, Array.isArray(body.tools) && body.tools.length > 0]);
}

/** The same for bodies that differ in the order of their fields alone. */
function canonical(value: Json | undefined): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    isObject(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([left], [right]) => (left < right ? -1 : 1)))
      : inner,
  );
}

async function readJson(incoming: IncomingMessage): Promise<Json | undefined> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
  try {
    return JSON.parse(Buffer.concat(chunks).toString()) as Json;
  } catch {
    return undefined;
  }
}
