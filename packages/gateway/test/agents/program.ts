import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { childEnvironment, ROOT } from './child.ts';

export interface RunningProgram {
  /** `http://127.0.0.1:<port>`, without `/v1`. */
  url: string;
  key: string;
  /** Everything the program has printed so far, log included. */
  printed(): string;
  stop(): Promise<void>;
}

const MASTER_KEY = 'sk-agents-test';

/** Starts the built program as a user with an empty home would: no account, so the sandbox answers. */
export async function startProgram(home: string): Promise<RunningProgram> {
  const args = [join(ROOT, 'packages/gateway/bin/couloir.js'), 'serve', '--port', '0', '--json'];
  const env = childEnvironment(home, { COULOIR_HOME: join(home, 'couloir'), COULOIR_MASTER_KEY: MASTER_KEY });
  const child = spawn(process.execPath, args, { cwd: home, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (printed += text));
  }
  const exited = once(child, 'exit');
  const [line] = (await Promise.race([
    once(createInterface(child.stdout), 'line'),
    exited.then(() => Promise.reject(new Error(`couloir serve ended before it was ready:\n${printed}`))),
  ])) as [string];
  const { url, sandbox } = JSON.parse(line) as { url: string; sandbox: string | null };
  if (sandbox === null) throw new Error(`couloir serve found an account where there should be none:\n${line}`);
  return {
    url,
    key: MASTER_KEY,
    printed: () => printed,
    async stop() {
      child.kill('SIGTERM');
      await exited;
    },
  };
}
