import { fork } from 'node:child_process';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onCore } from './cores.ts';

/** A process of the bench itself (upstream, load, JSON), talked to over IPC. */
export interface BenchChild {
  pid: number;
  send(message: object): void;
  /** The next message, whatever it is. One waits at a time. @throws Error when the process ends first */
  next(): Promise<unknown>;
  stop(): void;
}

export function forkBenchChild(module: URL, core: number, environment: Record<string, string> = {}): BenchChild {
  const [execPath, execArgv] = onCore(core, process.execPath, []);
  const file = fileURLToPath(module);
  const child = fork(file, [], { execPath, execArgv, env: { ...process.env, ...environment } });
  const messages: unknown[] = [];
  let ended: Error | undefined;
  let wake = () => {};
  child.on('message', (message) => {
    messages.push(message);
    wake();
  });
  child.on('exit', (code) => {
    ended = new Error(`bench/${basename(file)} ended with ${code}`);
    wake();
  });
  return {
    pid: child.pid ?? 0,
    send: (message) => void child.send(message),
    async next() {
      while (messages.length === 0) {
        if (ended !== undefined) throw ended;
        await new Promise<void>((resolve) => (wake = resolve));
      }
      return messages.shift();
    },
    stop() {
      if (child.connected) child.disconnect();
    },
  };
}
