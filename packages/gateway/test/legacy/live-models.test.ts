// The list of models an account can really call, over the transport of the gateway.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type CortexSandbox, createCortexSandbox } from '../../src/sandbox/index.ts';
import { createLiveModels, type LiveModels } from '../../src/upstream/live-models.ts';
import type { TokenSource } from '../../src/upstream/tokens/source.ts';
import { createTransport, type Transport } from '../../src/upstream/transport.ts';
import { type FakeClock, fakeClock } from '../support/fake-clock.ts';

let clock: FakeClock;
let transport: Transport;
let sandbox: CortexSandbox;

beforeEach(async () => {
  clock = fakeClock();
  transport = createTransport();
  sandbox = await createCortexSandbox({ clock, account: { modelsAllowlist: 'claude-sonnet-4-6,llama3.1-8b' } });
});
afterEach(async () => {
  await transport.close();
  await sandbox.close();
});

function liveModels(token = 'sandbox-test'): LiveModels {
  const tokens: TokenSource = {
    headersFor: async () => ({ authorization: `Bearer ${token}` }),
    invalidate: () => false,
    learnClock: () => undefined,
  };
  return createLiveModels({
    url: `${sandbox.url}/api/v2/cortex/models`,
    tokens,
    transport,
    clock,
    userAgent: 'couloir/test',
  });
}

test('a GET with a body: what the account allows', async () => {
  expect(await liveModels().list()).toEqual(['claude-sonnet-4-6', 'llama3.1-8b']);
});

test('one request for all that ask at once, and none until it is old', async () => {
  const models = liveModels();
  await Promise.all([models.list(), models.list(), models.list()]);
  await clock.advance(9 * 60_000);
  await models.list();
  expect(sandbox.requests).toHaveLength(1);
  await clock.advance(60_000);
  await models.list();
  expect(sandbox.requests).toHaveLength(2);
});

test('a failure is told and not kept', async () => {
  const models = liveModels('wrong');
  await expect(models.list()).rejects.toMatchObject({ kind: 'upstream-refused-us' });
  await expect(models.list()).rejects.toMatchObject({ kind: 'upstream-refused-us' });
  expect(sandbox.requests).toHaveLength(2);
});
