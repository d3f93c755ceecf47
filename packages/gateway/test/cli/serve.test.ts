// The command as a process: what it prints, what it answers, how it ends.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, it } from 'vitest';

const MAIN = path.resolve(import.meta.dirname, '../../src/cli/main.ts');

let folder: string;
const running: ChildProcess[] = [];

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'couloir-serve-'));
});
afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

interface Run {
  child: ChildProcess;
  /** Waits for a line on stdout that the pattern finds, and gives what it found. */
  line(pattern: RegExp): Promise<RegExpExecArray>;
  stdout(): string;
  stderr(): string;
  exitCode: Promise<number | null>;
}

function couloir(words: string[], env: Record<string, string> = {}): Run {
  const child = spawn(process.execPath, [MAIN, ...words], {
    cwd: folder,
    env: { PATH: process.env['PATH'] ?? '', HOME: folder, COULOIR_HOME: path.join(folder, 'home'), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.push(child);
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line);
    for (const look of waiting) look();
  });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const exitCode = once(child, 'close').then(([code]) => code as number | null);
  return {
    child,
    stdout: () => lines.join('\n'),
    stderr: () => stderr,
    exitCode,
    line: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = lines.map((line) => pattern.exec(line)).find((match) => match !== null);
          if (found === undefined) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
        void exitCode.then((code) => reject(new Error(`ended with ${code}:\n${lines.join('\n')}\n${stderr}`)));
      }),
  };
}

it('with nothing configured: a sandbox, a key of its own, an answer, and a clean end', async () => {
  const run = couloir(['serve', '--port', '0']);
  const [, url] = await run.line(/Base URL +(\S+)$/);
  const [, key] = await run.line(/API key +(sk-couloir-\S+)/);
  await run.line(/"content":"ping"/);
  expect(run.stdout().split('\n')[0]).toMatch(/SANDBOX: Snowflake is simulated/);

  const file = path.join(folder, 'home/master-key');
  expect(readFileSync(file, 'utf8').trim()).toBe(key);
  if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600);

  const [, model] = await run.line(/Model name +(\S+)/);
  const answer = await fetch(`${url}/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model, messages: [{ role: 'user', content: 'sandbox> say pong' }] }),
  });
  expect(answer.headers.get('x-couloir-sandbox')).toBe('1');
  expect(await answer.json()).toMatchObject({ choices: [{ message: { content: 'pong' } }] });

  run.child.kill('SIGTERM');
  expect(await run.exitCode).toBe(0);

  const again = couloir(['serve', '--port', '0']);
  await again.line(/API key +kept in /);
  await again.line(/"content":"ping"/);
  expect(again.stdout()).not.toContain(key);
});

it('runs the quickstart against a sandbox of its own, with its .env file and flags', async () => {
  const sandbox = couloir(['sandbox', '--port', '0', '--json']);
  const [, sandboxUrl] = await sandbox.line(/"url":"([^"]+)"/);
  const quickstart = readFileSync(
    path.resolve(import.meta.dirname, '../../../../fixtures/config/quickstart.litellm.yaml'),
    'utf8',
  );
  writeFileSync(
    path.join(folder, 'litellm_config.yaml'),
    quickstart.replace('https://<youraccount>.snowflakecomputing.com', sandboxUrl!),
  );
  writeFileSync(path.join(folder, '.env'), 'SNOWFLAKE_PAT=pat/sandbox-me\nLITELLM_MASTER_KEY=sk-cursor-me\n');

  const run = couloir(['--config', 'litellm_config.yaml', '--port', '0', '--host', '127.0.0.1']);
  const [, url] = await run.line(/Base URL +(\S+)$/);
  await run.line(/from LITELLM_MASTER_KEY/);
  const answer = await fetch(`${url}/chat/completions`, {
    method: 'POST',
    headers: { authorization: 'Bearer sk-cursor-me', 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'cortex-claude-4-sonnet', messages: [{ role: 'user', content: 'ping' }] }),
  });
  expect(answer.status).toBe(200);
  const models = await fetch(`${url}/models`, { headers: { authorization: 'Bearer sk-cursor-me' } });
  expect(await models.json()).toMatchObject({ data: [{ id: 'cortex-claude-4-sonnet' }] });
  expect(run.stderr()).toContain('2 settings have no effect here; `couloir config check');
  if (process.platform !== 'win32') {
    expect(run.stderr()).toMatch(
      /^warning: other users of this machine can read the environment file, which has a secret in it\. Run: chmod 600 \/.*\.env$/m,
    );
  }
  for (const one of [run, sandbox]) one.child.kill('SIGINT');
  expect(await Promise.all([run.exitCode, sandbox.exitCode])).toEqual([0, 0]);
});

it('a port that is taken is one sentence and exit code 1', async () => {
  const holder = createServer().listen(0, '127.0.0.1');
  await once(holder, 'listening');
  const address = holder.address();
  const port = typeof address === 'object' ? String(address?.port) : '';
  const run = couloir(['serve', '--port', port]);
  expect(await run.exitCode).toBe(1);
  expect(run.stderr().trim()).toBe(
    `couloir: port ${port} is taken by another program. Choose another with --port, or stop that one.`,
  );
  expect(run.stdout()).toBe('');
  holder.close();
});
