/** The soak of `npm run soak`, short: the same code, some thousand requests of fewer clients. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { expect, it } from 'vitest';

const SOAK = path.resolve(import.meta.dirname, '../../../../soak/main.ts');
const ARGS = ['--requests', '2400', '--clients', '60', '--rounds', '3', '--workers', '2', '--seed', 'ci'];
/** Of load there are one to two minutes; idle connections are given more than one to close. */
const LONGEST_MS = 600_000;

it.skipIf(process.platform !== 'linux')(
  'a bad day leaves nothing behind but honest answers (only Linux tells of processes in /proc)',
  async () => {
    const child = spawn(process.execPath, [SOAK, ...ARGS], { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (more: Buffer) => (output += more.toString()));
    const [code] = (await once(child, 'close')) as [number | null];
    expect(output).toContain('0 violations');
    expect(code, output).toBe(0);
  },
  LONGEST_MS,
);
