import type { BenchCase } from './cases.ts';
import { bodyOf } from './prompts.ts';

/** Where a variant takes the requests of a case, on 127.0.0.1. */
export interface Target {
  port: number;
  path: string;
  headers: Record<string, string>;
  /** What stands before the names of models, for gateways that route by it. */
  modelPrefix: string;
}

/** The request of a case as bytes on the wire. */
export function requestBytes(bench: BenchCase, { port, path, headers, modelPrefix }: Target): Buffer {
  const body = bodyOf(bench, modelPrefix);
  const lines = Object.entries({
    host: `127.0.0.1:${port}`,
    'content-type': 'application/json',
    'content-length': String(body.length),
    accept: '*/*',
    'user-agent': 'couloir-bench',
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.concat([Buffer.from(`POST ${path} HTTP/1.1\r\n${lines.join('')}\r\n`), body]);
}
