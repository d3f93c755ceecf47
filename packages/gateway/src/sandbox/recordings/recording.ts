/** Recorded exchanges with the live service, in the format of `fixtures/cortex-recordings`. */
import type { Json, JsonObject } from '../../ir/json.ts';

/** One file. */
export interface Recording {
  interactions: Interaction[];
}

export interface Interaction {
  request: { method: string; url: string; headers: Record<string, string>; body?: Json };
  response: {
    status: number;
    headers: Record<string, string>;
    /** A JSON answer, parsed. */
    body?: Json;
    /** Any other answer, streams among them, as its bytes were. */
    rawBody?: string;
  };
}

/** `POST /api/v2/cortex/v1/messages claude-sonnet-4-6 stream` as a file name. */
export function nameOf({ request: { method, url, body } }: Interaction, number: number): string {
  const { pathname } = new URL(url);
  const fields: JsonObject = typeof body === 'object' && body !== null && !Array.isArray(body) ? body : {};
  const words = [
    String(number).padStart(4, '0'),
    method === 'POST' ? '' : method,
    pathname.replace(/^\/api\/v2\/(cortex\/)?/, ''),
    typeof fields.model === 'string' ? fields.model : '',
    fields.stream === true ? 'stream' : '',
  ];
  const slug = words
    .join(' ')
    .toLowerCase()
    .replaceAll(/[^a-z0-9.]+/g, '-')
    .replaceAll(/^-+|-+$/g, '');
  return `${slug}.json`;
}
