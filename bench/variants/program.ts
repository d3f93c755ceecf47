import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { get } from 'node:http';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { onCore } from '../cores.ts';
import { Unavailable } from './variant.ts';

interface ProgramOptions {
  command: string;
  words: readonly string[];
  core: number;
  environment: Record<string, string>;
  /** Its output goes to a file in here, as a service's does. */
  folder: string;
}

/** A program that is measured. */
export interface Program {
  pid: number;
  /** @throws Unavailable with the end of its output when it ends before `url` answers */
  untilAnswering(url: string, headers?: Record<string, string>): Promise<void>;
  stop(): Promise<void>;
}

const START_PATIENCE_MS = 60_000;
const RETRY_MS = 2;
const STOP_PATIENCE_MS = 5_000;
const LONGEST_OUTPUT = 600;

/** Starts a program with a clean environment: what the user has set must not change what is measured. */
export function startProgram({ command, words, core, environment, folder }: ProgramOptions): Program {
  const outputFile = join(folder, 'output.log');
  const output = openSync(outputFile, 'a');
  const child: ChildProcess = spawn(...onCore(core, command, words), {
    cwd: folder,
    env: { PATH: process.env['PATH'], HOME: folder, ...environment },
    stdio: ['ignore', output, output],
  });
  closeSync(output);
  let spawnFailure: Error | undefined;
  child.on('error', (cause) => (spawnFailure = cause));
  // A bench that is broken off leaves nothing behind. nginx ends its worker only when it is asked, not when it is killed.
  const end = () => child.kill('SIGTERM');
  process.once('exit', end);
  const ended = () => spawnFailure !== undefined || child.exitCode !== null || child.signalCode !== null;

  return {
    pid: child.pid ?? 0,
    async untilAnswering(url, headers = {}) {
      const waitUntil = performance.now() + START_PATIENCE_MS;
      while (!(await answers(url, headers))) {
        if (ended()) throw new Unavailable(spawnFailure?.message ?? endOf(outputFile));
        if (performance.now() > waitUntil) throw new Unavailable(`it does not answer: ${endOf(outputFile)}`);
        await sleep(RETRY_MS);
      }
    },
    async stop() {
      process.off('exit', end);
      if (ended()) return;
      const exit = once(child, 'exit');
      end();
      const late = setTimeout(() => child.kill('SIGKILL'), STOP_PATIENCE_MS);
      await exit;
      clearTimeout(late);
    },
  };
}

/** A port that nothing listens on at this moment. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** True for any answer that is no failure of the server. */
function answers(url: string, headers: Record<string, string>): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get(url, { headers, agent: false }, (response) => {
      response.resume();
      resolve((response.statusCode ?? 500) < 500);
    });
    request.on('error', () => resolve(false));
  });
}

function endOf(file: string): string {
  return readFileSync(file, 'utf8').trim().slice(-LONGEST_OUTPUT) || 'it said nothing';
}
