import { type JsonObject, parseObject } from '../../ir/json.ts';
import type { Part } from '../../ir/request.ts';
import type { Observation } from '../lanes.ts';

/** Listens to passing bytes of one dialect: what the log, the retry and the honesty of the ending need, and no more. */
export interface Tap {
  /** A block of whole events. @returns the text of an error that stands in it instead of an answer */
  block(bytes: Buffer, seen: Observation): string | undefined;
  /** A whole unary answer. */
  message(body: JsonObject, seen: Observation): void;
  /** The terminal event has passed. */
  complete: boolean;
  /** The thoughts and tool calls that passed, for clients that will not echo the thoughts. */
  thoughts(): Part[];
}

/** The data of the events in a block whose text holds `mark`, parsed. */
export function dataWith(bytes: Buffer, mark: string): JsonObject[] {
  return bytes
    .toString('utf8')
    .split('\n')
    .filter((line) => line.startsWith('data:') && line.includes(mark))
    .map((line) => parseObject(line.slice('data:'.length)))
    .filter((data) => data !== undefined);
}

/** The first event of a block that is an error: named so, or an object that says what went wrong instead of answering. */
export function errorIn(bytes: Buffer): string | undefined {
  if (!bytes.includes('error') && !bytes.includes('"code"')) return undefined;
  for (const event of bytes.toString('utf8').split(/\r?\n\r?\n/)) {
    const data = /^data: ?(.*)$/m.exec(event)?.[1];
    if (data === undefined) continue;
    if (/^event: ?error\r?$/m.test(event)) return data;
    const body = data.startsWith('{') ? parseObject(data) : undefined;
    if (body !== undefined && (isFailing(body.error) || ('error_code' in body && 'message' in body))) return data;
  }
  return undefined;
}

function isFailing(error: JsonObject[string]): boolean {
  return error !== undefined && error !== null;
}
