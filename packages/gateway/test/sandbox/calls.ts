/** Plain HTTP to a sandbox, for the tests of this folder. */
import { isObject, type JsonObject } from '../../src/ir/json.ts';

export const CHAT_PATH = '/api/v2/cortex/v1/chat/completions';

export interface RawAnswer {
  status: number;
  headers: Headers;
  text: string;
}

export async function post(
  url: string,
  path: string,
  body: JsonObject | string,
  headers: Record<string, string> = { authorization: 'Bearer sandbox-test' },
): Promise<RawAnswer> {
  const response = await fetch(url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

export const chat = (url: string, body: JsonObject | string, headers?: Record<string, string>) =>
  post(url, CHAT_PATH, body, headers);

export function parse(text: string): JsonObject {
  const value: unknown = JSON.parse(text);
  if (!isObject(value)) throw new Error(`not a JSON object: ${text}`);
  return value;
}

/** The data of each event; fails on anything that is not framed exactly `data: …`, blank line. */
export function dataOf(stream: string): string[] {
  const frames = stream.split('\n\n');
  if (frames.pop() !== '') throw new Error('the stream does not end with a blank line');
  return frames.map((frame) => {
    const data = /^data: ([^\n]+)$/.exec(frame)?.[1];
    if (data === undefined) throw new Error(`not a data-only event: ${frame}`);
    return data;
  });
}

/** What a dotted path leads to: `choices[0].message.content`. */
export function at(value: unknown, path: string): unknown {
  return path
    .split(/[.[\]]+/)
    .filter((step) => step !== '')
    .reduce<unknown>((inner, step) => {
      if (Array.isArray(inner)) return inner[Number(step)];
      return isObject(inner) ? inner[step] : undefined;
    }, value);
}
