import { afterAll, beforeAll, expect, it } from 'vitest';
import { type CortexSandbox, createCortexSandbox } from '../../src/sandbox/index.ts';
import { eventually, type RunningCouloir, startCouloir } from '../support/couloir.ts';
import { post, textOf } from '../support/raw-http.ts';

let sandbox: CortexSandbox;
let couloir: RunningCouloir;

beforeAll(async () => {
  sandbox = await createCortexSandbox();
  couloir = await startCouloir({ config: configOf('max_wait: 120s', 'patient') });
});

afterAll(async () => {
  await couloir.stop();
  await sandbox.close();
});

const configOf = (pacing: string, name: string) => `
accounts: { main: { host: "${sandbox.url}", token: sandbox-one } }
models: [{ name: ${name}, model: openai-gpt-5.2, rpm: 1 }]
pacing: { ${pacing} }
`;

function ask({ url, key }: RunningCouloir, model: string) {
  const body = JSON.stringify({ model, messages: [{ role: 'user', content: 'sandbox> say Hi' }] });
  return post(`${url}/v1/chat/completions`, body, { authorization: `Bearer ${key}` });
}

const asked = () => sandbox.requests.filter(({ method }) => method === 'POST').length;

async function gauge(name: string): Promise<number | undefined> {
  const response = await fetch(`${couloir.url}/metrics`, { headers: { authorization: `Bearer ${couloir.key}` } });
  const line = (await response.text()).split('\n').find((one) => one.startsWith(name));
  return line === undefined ? undefined : Number(line.split(' ').at(-1));
}

async function eventuallyGauge(name: string, value: number): Promise<void> {
  for (let last = await gauge(name), turns = 0; last !== value; last = await gauge(name), turns += 1)
    if (turns > 500) throw new Error(`${name} is ${last}, not ${value}`);
}

it('a request waits for room, is shown waiting, and its upstream never hears of it when the client leaves', async () => {
  expect((await ask(couloir, 'patient').response).statusCode).toBe(200);
  const before = asked();
  const waiting = ask(couloir, 'patient');
  await eventuallyGauge('couloir_pacing_queued', 1);
  expect(await gauge('couloir_pacing_used{')).toBe(1);
  expect(await gauge('couloir_pacing_limit{')).toBe(1);
  waiting.request.destroy();
  await eventuallyGauge('couloir_pacing_queued', 0);
  await eventuallyGauge('couloir_requests_running', 0);
  expect(asked()).toBe(before);
  const line = await eventually(() => couloir.exchanges().find(({ outcome }) => outcome === 'client-left'));
  expect(line).toMatchObject({ attempts: 0 });
});

it('what cannot have room in time is refused with the time when it can, before anything is sent', async () => {
  const hasty = await startCouloir({ config: configOf('max_wait: 100ms', 'hasty') });
  try {
    await textOf(await ask(hasty, 'hasty').response);
    const before = asked();
    const refused = await ask(hasty, 'hasty').response;
    expect(refused.statusCode).toBe(429);
    expect(await textOf(refused)).toContain('1 requests per minute for this model (configured as rpm)');
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(1);
    expect(Number(refused.headers['retry-after'])).toBeLessThanOrEqual(120);
    expect(asked()).toBe(before);
  } finally {
    await hasty.stop();
  }
});

it('waiting for a place counts, too, and the answer says how long it was', async () => {
  const narrow = await startCouloir({
    config: `
accounts: { main: { host: "${sandbox.url}", token: sandbox-one } }
models: [{ name: narrow, model: openai-gpt-5.2, max_parallel: 1 }]
`,
  });
  try {
    const body = { model: 'narrow', messages: [{ role: 'user', content: 'sandbox> stall 300ms\nsandbox> say Hi' }] };
    const asking = [1, 2].map(
      () =>
        post(`${narrow.url}/v1/chat/completions`, JSON.stringify(body), { authorization: `Bearer ${narrow.key}` })
          .response,
    );
    const waited = (await Promise.all(asking)).map(({ headers }) => Number(headers['x-couloir-queue-ms'] ?? 0));
    expect(Math.min(...waited)).toBe(0);
    expect(Math.max(...waited)).toBeGreaterThan(100);
  } finally {
    await narrow.stop();
  }
});

it('switched off, nothing waits', async () => {
  const open = await startCouloir({ config: configOf('enabled: false', 'open') });
  try {
    for (let turn = 0; turn < 3; turn += 1) expect((await ask(open, 'open').response).statusCode).toBe(200);
  } finally {
    await open.stop();
  }
});
