import { expect, it } from 'vitest';
import { fakeClock } from '../../test/support/fake-clock.ts';
import { offlineDeployment } from '../../test/support/offline-deployment.ts';
import { DEFAULTS } from '../config/defaults.ts';
import { GatewayError } from '../errors/error.ts';
import { createAdmission } from '../policy/admission/admission.ts';
import { createCooldowns } from '../policy/cooldowns.ts';
import { createPacer } from '../policy/pacing/pacer.ts';
import { createTraffic } from '../policy/routing/traffic.ts';
import { occupy } from './occupy.ts';

const deployment = { ...offlineDeployment('openai-gpt-5.2'), id: 'd', maxParallel: 2, rpm: 100, tpm: 10_000 };

function house() {
  const clock = fakeClock();
  const now = () => clock.now();
  const world = {
    clock,
    traffic: createTraffic(now),
    cooldowns: createCooldowns({ ...DEFAULTS.routing.cooldown, allowedFails: 0 }, now),
    pacer: createPacer({ clock, maxWaitMs: 1_000 }),
    admission: createAdmission({
      clock,
      limits: { running: 10, queued: 10, maxWaitMs: 1_000 },
      pressure: () => false,
    }),
  };
  const record: { queuedMs: number; tries: { deployment: string; outcome: string }[] } = { queuedMs: 0, tries: [] };
  const visit = (work: Parameters<typeof occupy>[3], signal = new AbortController().signal) => {
    const visitor = { callerId: 'me', tokens: 1_000, signal, alone: false, record };
    return occupy(deployment, visitor, world, work).catch(() => undefined);
  };
  const state = () => ({
    inFlight: world.traffic.of('d').inFlight,
    firstContentMs: world.traffic.of('d').firstContentMs,
    tokens: world.pacer.view()[0]?.tokens,
    running: world.pacer.view()[0]?.running,
    places: world.admission.view().deployments[0]?.running,
    isCooling: world.cooldowns.isCooling('d'),
  });
  const outcomes = () => record.tries.map(({ outcome }) => outcome);
  return { clock, outcomes, visit, state };
}
const idle = { inFlight: 0, running: 0, places: 0, isCooling: false };

it('an answer: the time to its first content, what it really used, and everything given back', async () => {
  const { clock, visit, state, outcomes } = house();
  await visit(async (begun) => {
    await clock.advance(200);
    begun();
    expect(state()).toMatchObject({ inFlight: 1, running: 1, places: 1, tokens: 1_000 });
    await clock.advance(5_000);
    return { tokens: 300 };
  });
  expect(state()).toEqual({ ...idle, firstContentMs: 200, tokens: 300 });
  expect(outcomes()).toEqual(['ok']);
});

it('a refusal: no tokens are counted, the deployment cools down and is not taken for quick', async () => {
  const { visit, state, outcomes } = house();
  const refused = new GatewayError('upstream-overloaded', 'no', { upstream: { status: 503 } });
  await visit(() => Promise.reject(refused));
  expect(state()).toEqual({ ...idle, isCooling: true, firstContentMs: 30_000, tokens: 0 });
  expect(outcomes()).toEqual(['upstream-overloaded']);
});

it('an answer that broke off: it may have been counted, and it had begun quickly', async () => {
  const { clock, visit, state } = house();
  await visit(async (begun) => {
    await clock.advance(100);
    begun();
    throw new GatewayError('upstream-broken', 'cut', { upstream: { code: 'ECONNRESET' } });
  });
  expect(state()).toEqual({ ...idle, isCooling: true, firstContentMs: 100, tokens: 1_000 });
});

it('a request of the client’s that is wrong says nothing about the deployment', async () => {
  const { visit, state } = house();
  await visit(() => Promise.reject(new GatewayError('invalid-request', 'wrong')));
  expect(state()).toEqual({ ...idle, firstContentMs: undefined, tokens: 0 });
});

it.each(['client-left', 'upstream-timeout'] as const)(
  'a client that ends the wait itself (%s) says only that it was not quicker',
  async (kind) => {
    const { clock, visit, state } = house();
    const leaving = new AbortController();
    await visit(async () => {
      await clock.advance(700);
      leaving.abort(new GatewayError(kind, 'over'));
      throw leaving.signal.reason as Error;
    }, leaving.signal);
    expect(state()).toEqual({ ...idle, firstContentMs: 700, tokens: 1_000 });
  },
);
