// Readiness says no only while another instance could do better. The drain's no is in drain.test.ts.
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { type CortexSandbox, createCortexSandbox } from '../../src/sandbox/index.ts';
import { type RunningCouloir, eventually, startCouloir } from '../support/couloir.ts';
import { textOf } from '../support/raw-http.ts';
import { ask, CLAUDE, configOf, DIALECTS, GPT } from './stage.ts';

const chat = DIALECTS['chat']!;

let sandbox: CortexSandbox;
const running: RunningCouloir[] = [];

beforeAll(async () => {
  sandbox = await createCortexSandbox();
});
afterEach(async () => {
  for (const one of running.splice(0)) await one.stop();
});
afterAll(() => sandbox.close());

async function start(config: string): Promise<RunningCouloir> {
  const couloir = await startCouloir({ config });
  running.push(couloir);
  return couloir;
}

async function readiness(
  couloir: RunningCouloir,
): Promise<{ code: number; body: { status: string; because?: string } }> {
  const response = await fetch(`${couloir.url}/health/readiness`);
  return { code: response.status, body: (await response.json()) as { status: string } };
}

async function answered(couloir: RunningCouloir, script: string, model: string): Promise<number | undefined> {
  const response = await ask(couloir, chat, script, { stream: false, model });
  await textOf(response);
  return response.statusCode;
}

const COOLDOWN = { cooldown: { time: '2s', allowed_fails: 0 } };

it('says no when every deployment is passed over, and yes again when one may be tried', async () => {
  const couloir = await start(configOf(sandbox.url, { retries: 0, routing: COOLDOWN }));
  expect(await readiness(couloir)).toEqual({ code: 200, body: { status: 'ready' } });
  expect(await answered(couloir, 'sandbox> fail 503 x9', CLAUDE)).toBe(503);
  expect((await readiness(couloir)).code).toBe(200);
  expect(await answered(couloir, 'sandbox> fail 503 x9', GPT)).toBe(503);
  const { code, body } = await readiness(couloir);
  expect([code, body.status]).toEqual([503, 'nothing to ask']);
  expect(body.because).toContain('routing.cooldown');
  expect((await fetch(`${couloir.url}/health/liveness`)).status).toBe(200);
  let now = code;
  while (now === 503) now = (await readiness(couloir)).code;
  expect(now).toBe(200);
});

it('one account whose token is refused drops nothing while another one answers, and all of them do', async () => {
  const accounts = {
    good: { host: sandbox.url, token: 'sandbox-test' },
    bad: { host: sandbox.url, token: 'refused' },
  };
  const models = [
    { name: CLAUDE, account: 'good' },
    { name: GPT, account: 'bad' },
    { name: 'unused', model: GPT, account: 'bad' },
  ];
  const routing = { cooldown: { time: '2s' } };
  const both = await start(JSON.stringify({ accounts, models, routing }));
  expect(await answered(both, 'sandbox> say x', GPT)).toBe(502);
  expect((await readiness(both)).code).toBe(200);
  const lost = await start(JSON.stringify({ accounts, models: models.slice(1), routing }));
  expect(await answered(lost, 'sandbox> say x', GPT)).toBe(502);
  const { code, body } = await readiness(lost);
  expect([code, body.status]).toEqual([503, 'nothing to ask']);
  expect(body.because).toContain('No credential works');
});

it('says no while memory is short, with the reason, and stays alive', async () => {
  const couloir = await start(configOf(sandbox.url, { limits: { max_memory_mb: 1 } }));
  await eventually(() => couloir.url);
  expect(await readiness(couloir)).toMatchObject({ code: 503, body: { status: 'short of memory' } });
  expect(await answered(couloir, 'sandbox> say x', CLAUDE)).toBe(503);
  expect((await fetch(`${couloir.url}/health/liveness`)).status).toBe(200);
});
