import type { IncomingMessage, ServerResponse } from 'node:http';
import type { JsonObject } from '../../ir/json.ts';
import { HttpReply } from '../reply.ts';

export interface Visit {
  request: IncomingMessage;
  response: ServerResponse;
  /** What the path's `:name` segments were. */
  params: Record<string, string>;
}

/** One of the gateway's own answers. @throws GatewayError, which the server tells in the path's dialect */
export type PageHandler = (visit: Visit) => void | Promise<void>;

export function answer(
  response: ServerResponse,
  status: number,
  body: JsonObject | string,
  headers: Record<string, string> = {},
): void {
  new HttpReply(response).json(status, headers, JSON.stringify(body));
}
