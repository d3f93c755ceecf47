import { Agent, request } from 'node:http';
import type { BenchCase } from './cases.ts';

export interface LoadResult {
  /** Sorted. */
  latenciesMs: number[];
  seconds: number;
  headers: Record<string, string | string[] | undefined>;
}

/**
 * Repeats one request on `concurrency` kept-alive connections until the time is over.
 * @throws Error for any answer but a complete 200: a fast failure must not look like speed.
 */
export async function runLoad(
  url: string,
  key: string,
  { body, concurrency }: BenchCase,
  forMs: number,
): Promise<LoadResult> {
  const agent = new Agent({ keepAlive: true, maxSockets: concurrency });
  const latenciesMs: number[] = [];
  let headers: LoadResult['headers'] = {};
  const started = performance.now();
  const worker = async () => {
    while (performance.now() - started < forMs) {
      const before = performance.now();
      headers = await ask(url, key, body, agent);
      latenciesMs.push(performance.now() - before);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  const seconds = (performance.now() - started) / 1000;
  agent.destroy();
  return { latenciesMs: latenciesMs.toSorted((left, right) => left - right), seconds, headers };
}

function ask(url: string, key: string, body: Buffer, agent: Agent): Promise<LoadResult['headers']> {
  return new Promise((resolve, reject) => {
    const headers = {
      authorization: `Bearer ${key}`,
      'content-type': 'application/json',
      'content-length': body.length,
    };
    const outgoing = request(url, { method: 'POST', agent, headers }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('error', reject);
      answer.on('end', () => {
        if (answer.statusCode === 200) resolve(answer.headers);
        else
          reject(new Error(`${url} answered ${answer.statusCode}: ${Buffer.concat(chunks).toString().slice(0, 500)}`));
      });
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}
