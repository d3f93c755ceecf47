// Defects that nobody caught: planted with a signal, because there is no request that is known to cause one.
import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { type CortexSandbox, createCortexSandbox } from '../../src/sandbox/index.ts';
import { type RunningCouloir, eventually, startCouloir } from '../support/couloir.ts';
import { textOf } from '../support/raw-http.ts';
import { ask, CLAUDE, configOf, DIALECTS } from './stage.ts';

const chat = DIALECTS['chat']!;
const PRELOAD =
  "process.on('SIGUSR2',()=>{void Promise.reject(new Error('planted rejection'))});" +
  "process.on('SIGXCPU',()=>{throw new Error('planted exception')})";

let sandbox: CortexSandbox;
const running: RunningCouloir[] = [];

beforeAll(async () => {
  sandbox = await createCortexSandbox();
});
afterEach(async () => {
  for (const one of running.splice(0)) await one.stop();
});
afterAll(() => sandbox.close());

async function start(): Promise<RunningCouloir> {
  const couloir = await startCouloir({
    config: configOf(sandbox.url),
    env: { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(PRELOAD)}` },
  });
  running.push(couloir);
  return couloir;
}

it('a rejection that nobody hears is logged, and the gateway goes on', async () => {
  const couloir = await start();
  couloir.process.kill('SIGUSR2');
  await eventually(() => couloir.output().includes('"event":"unhandled-rejection"'));
  expect(couloir.output()).toContain('planted rejection');
  const answer = await ask(couloir, chat, 'sandbox> say x', { model: CLAUDE });
  expect(await textOf(answer)).toContain('[DONE]');
});

it('an exception that nobody catches is logged, what runs may end, and the exit code is 1', async () => {
  const couloir = await start();
  const stream = await ask(couloir, chat, 'sandbox> stall 1s\nsandbox> say to the end', { model: CLAUDE });
  const code = once(couloir.process, 'exit');
  couloir.process.kill('SIGXCPU');
  await eventually(() => couloir.output().includes('"event":"uncaught-exception"'));
  expect(await textOf(stream)).toMatch(/end.*\[DONE\]\s*$/s);
  expect(await code).toEqual([1, null]);
});
