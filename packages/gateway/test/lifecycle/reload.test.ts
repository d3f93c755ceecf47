// Other settings without a restart: what is asked from then on is answered by them, and what runs ends with the old ones.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { connect as connectTls } from 'node:tls';
import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { type CortexSandbox, createCortexSandbox } from '../../src/sandbox/index.ts';
import { selfSigned } from '../support/certificate.ts';
import { type RunningCouloir, eventually, startCouloir } from '../support/couloir.ts';
import { textOf } from '../support/raw-http.ts';
import { ask, CLAUDE, configOf, DIALECTS, GPT, reloaded, replaceFile, status } from './stage.ts';

let sandbox: CortexSandbox;
const running: RunningCouloir[] = [];

beforeAll(async () => {
  sandbox = await createCortexSandbox();
});
afterEach(async () => {
  for (const one of running.splice(0)) await one.stop();
});
afterAll(() => sandbox.close());

async function start(others: Record<string, unknown> = {}, env: Record<string, string> = {}): Promise<RunningCouloir> {
  const couloir = await startCouloir({ config: configOf(sandbox.url, others), env });
  running.push(couloir);
  return couloir;
}

const chat = DIALECTS['chat']!;

it('SIGHUP: models come and go, and a stream of a removed one ends with the settings it began with', async () => {
  const couloir = await start();
  const response = await ask(couloir, chat, 'sandbox> stall 1s\nsandbox> say to the end');
  replaceFile(
    couloir,
    'config.yaml',
    configOf(sandbox.url, { models: [{ name: CLAUDE }, { name: 'new', model: GPT }] }),
  );
  couloir.process.kill('SIGHUP');
  const line = JSON.parse(await reloaded(couloir)) as Record<string, unknown>;
  expect(line).toMatchObject({
    level: 30,
    event: 'reload',
    changes: ['models added: new', `models removed: ${GPT}`],
    msg: `Settings read again: models added: new; models removed: ${GPT}.`,
  });
  const old = await ask(couloir, chat, 'sandbox> say x');
  expect(old.statusCode).toBe(404);
  old.resume();
  expect(
    (await ask(couloir, chat, 'sandbox> say x', { model: 'new' }).then((answer) => answer.resume())).statusCode,
  ).toBe(200);
  const text = await textOf(response);
  expect(text).toContain('end');
  expect(text).toMatch(/data: \[DONE\]\s*$/);
});

it('SIGHUP: another master key holds at once, and is nowhere in the log', async () => {
  const couloir = await start({ master_key: 'sk-before-1' }, { COULOIR_MASTER_KEY: '' });
  expect(await status(couloir, 'sk-before-1')).toBe(200);
  replaceFile(couloir, 'config.yaml', configOf(sandbox.url, { master_key: 'sk-after-1' }));
  couloir.process.kill('SIGHUP');
  expect(await reloaded(couloir)).toContain('master key changed');
  expect([await status(couloir, 'sk-before-1'), await status(couloir, 'sk-after-1')]).toEqual([401, 200]);
  expect(couloir.output()).not.toMatch(/sk-(before|after)-1/);
});

it('a wrong file is refused with the place of the mistake, and the old settings stay', async () => {
  const couloir = await start();
  replaceFile(couloir, 'config.yaml', 'accounts:\n  main: { token: x }\nmodels:\n  - name: 7\n    wieght: 2\n');
  couloir.process.kill('SIGHUP');
  await eventually(() => couloir.output().includes('the old ones stay'));
  expect(couloir.output()).toMatch(/config\.yaml:5:5 models\.0\.wieght: unknown key \(did you mean "weight"\?\)\./);
  expect(await status(couloir, couloir.key, `/v1/models/${CLAUDE}`)).toBe(200);
  replaceFile(couloir, 'config.yaml', configOf(sandbox.url, { models: [{ name: GPT }] }));
  couloir.process.kill('SIGHUP');
  await reloaded(couloir);
  expect(await status(couloir, couloir.key, `/v1/models/${CLAUDE}`)).toBe(404);
});

it('says what only a restart changes', async () => {
  const couloir = await start();
  replaceFile(couloir, 'config.yaml', configOf(sandbox.url, { server: { host: '0.0.0.0', drain_timeout: '5s' } }));
  couloir.process.kill('SIGHUP');
  expect(await reloaded(couloir)).toContain('settings changed: server.drainTimeoutMs');
  expect(couloir.output()).toContain('Only a restart will change server.host.');
});

it('notices by itself that the file, an included one or the .env beside it is another', async () => {
  const folderConfig = (models: string) =>
    `include: [models.yaml]\nlitellm_settings: { drop_params: true }\n# ${models}\n`;
  const model = (name: string) =>
    JSON.stringify({
      model_list: [
        {
          model_name: name,
          litellm_params: { model: `snowflake/${GPT}`, api_base: sandbox.url, api_key: 'os.environ/PAT' },
        },
      ],
    });
  const couloir = await startCouloir({
    config: configOf(sandbox.url),
    env: { COULOIR_MASTER_KEY: '', LITELLM_MASTER_KEY: '' },
  });
  running.push(couloir);
  writeFileSync(path.join(couloir.folder, 'models.yaml'), model('one'));
  writeFileSync(path.join(couloir.folder, '.env'), 'PAT=sandbox-one\nCOULOIR_MASTER_KEY=sk-from-env\n');
  replaceFile(couloir, 'config.yaml', folderConfig('first'));
  await reloaded(couloir);
  expect(await status(couloir, 'sk-from-env', '/v1/models/one')).toBe(200);
  writeFileSync(path.join(couloir.folder, 'models.yaml'), model('two'));
  expect(await reloaded(couloir, 2)).toContain('models added: two; models removed: one');
  writeFileSync(path.join(couloir.folder, '.env'), 'PAT=sandbox-two\nCOULOIR_MASTER_KEY=sk-from-env-2\n');
  expect(await reloaded(couloir, 3)).toContain('models changed: two; master key changed');
  expect(await status(couloir, 'sk-from-env-2', '/v1/models/two')).toBe(200);
});

it('other limits hold for what comes next', async () => {
  const narrow = { limits: { max_running: 1, max_queued: 0 } };
  const couloir = await start(narrow);
  const first = await ask(couloir, chat, 'sandbox> pace 10s\nsandbox> say a b c');
  const full = await ask(couloir, chat, 'sandbox> say x');
  expect(full.statusCode).toBe(503);
  full.resume();
  replaceFile(couloir, 'config.yaml', configOf(sandbox.url, { limits: { max_running: 2, max_queued: 0 } }));
  couloir.process.kill('SIGHUP');
  await reloaded(couloir);
  const second = await ask(couloir, chat, 'sandbox> say x');
  expect(second.statusCode).toBe(200);
  await textOf(second);
  first.destroy();
});

it('other pacing holds for what comes next', async () => {
  const models = [{ name: GPT, rpm: 1 }];
  const couloir = await start({ models, pacing: { max_wait: '1ms' } });
  const statuses = async () => {
    const response = await ask(couloir, chat, 'sandbox> say x', { stream: false });
    await textOf(response);
    return response.statusCode;
  };
  expect([await statuses(), await statuses()]).toEqual([200, 429]);
  replaceFile(couloir, 'config.yaml', configOf(sandbox.url, { models, pacing: { enabled: false } }));
  couloir.process.kill('SIGHUP');
  await reloaded(couloir);
  expect(await statuses()).toBe(200);
});

it('a renewed certificate is shown to new connections', async () => {
  const [one, two] = [await selfSigned(), await selfSigned()];
  const couloir = await start();
  const place = ({ key, cert }: typeof one) => {
    writeFileSync(path.join(couloir.folder, 'key.pem'), key);
    writeFileSync(path.join(couloir.folder, 'cert.pem'), cert);
  };
  place(one);
  const served = await startCouloir({
    config: configOf(sandbox.url),
    args: ['--tls-key', path.join(couloir.folder, 'key.pem'), '--tls-cert', path.join(couloir.folder, 'cert.pem')],
  });
  running.push(served);
  const shown = async (): Promise<string> => {
    const socket = connectTls({ port: Number(new URL(served.url).port), host: '127.0.0.1', rejectUnauthorized: false });
    await once(socket, 'secureConnect');
    const { fingerprint256 } = socket.getPeerCertificate();
    socket.destroy();
    return fingerprint256;
  };
  const before = await shown();
  place(two);
  served.process.kill('SIGHUP');
  await reloaded(served);
  expect(await shown()).not.toBe(before);
  writeFileSync(path.join(couloir.folder, 'key.pem'), one.key);
  served.process.kill('SIGHUP');
  await eventually(() => served.output().includes('cannot be used'));
  expect(await shown()).not.toBe(before);
});
