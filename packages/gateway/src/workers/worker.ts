import type { Worker } from 'node:cluster';
import { readSettingsText } from '../config/settings-text.ts';
import { type Gateway, startGateway } from '../gateway.ts';
import type { RunnableSettings } from '../generation.ts';
import type { DrainTimes } from '../http/drain.ts';
import { systemClock } from '../kit/clock.ts';
import { createLeasedBounds } from '../policy/admission/leased-bound.ts';
import { createLeases } from '../policy/pacing/leases.ts';
import type { Member, Siblings } from '../siblings.ts';
import { createLogger, type Logger } from '../telemetry/log.ts';
import { toFailure } from './failure.ts';
import { Gathering } from './gathering.ts';
import type { Reading, ToPrimary, ToWorker, WorkerStart } from './messages.ts';

export interface JoinedWorker {
  gateway: Gateway;
  log: Logger;
}

/**
 * One process of several: is told by the primary what to serve, and serves it.
 * @param worker this process
 * @param onDrain the primary wants it to end
 * @throws whatever `startGateway` throws; the primary is told before
 */
export async function joinPrimary(
  worker: Worker,
  onDrain: (times: Partial<DrainTimes>) => void,
): Promise<JoinedWorker> {
  const send = (message: ToPrimary) => {
    if (worker.isConnected()) worker.send(message);
  };
  const leases = createLeases(
    (message) => send({ type: 'counter', message }),
    () => systemClock.now(),
  );
  const bounds = createLeasedBounds((message) => send({ type: 'place', message }));
  const gathering = new Gathering(systemClock);
  /** Readings come together: one answer holds those of all. */
  const gather = async (what: Reading['what']) => {
    const own = await read(what);
    const all = await gathering.start((id) => {
      send({ type: 'gather', id, what });
      return Infinity;
    });
    return all.length === 0 ? [own] : all;
  };
  let member: Member | undefined;
  let gateway: Gateway | undefined;
  const read = async (what: Reading['what']): Promise<Reading> =>
    what === 'metrics' ? { what, families: member!.readMetrics() } : { what, status: await member!.readStatus() };

  const started = new Promise<WorkerStart>((resolve) => {
    worker.on('message', (message: ToWorker) => {
      switch (message.type) {
        case 'start':
          return resolve(message.start);
        case 'reload':
          return void reload(message.id, message.settings);
        case 'drain':
          return onDrain(message.times);
        case 'counter':
          return leases.receive(message.message);
        case 'place':
          return bounds.receive(message.message);
        case 'memory':
          return member?.learn(message.entry);
        case 'question':
          return void read(message.what).then((reading) => send({ type: 'answer', id: message.id, reading }));
        case 'gathered':
          return gathering.finish(message.id, message.readings);
      }
    });
  });
  const reload = async (id: number, text: string) => {
    try {
      await gateway?.reload(readSettingsText<RunnableSettings>(text));
      send({ type: 'reloaded', id });
    } catch (cause) {
      send({ type: 'reloaded', id, problem: toFailure(cause).message });
    }
  };

  send({ type: 'hello' });
  const { index, count, settings: text, sandbox, databaseFile } = await started;
  const settings = readSettingsText<RunnableSettings>(text);
  const log = createLogger(settings.log.level, index + 1);
  const siblings: Siblings = {
    index,
    count,
    openCounter: leases.openCounter,
    openBound: bounds.openBound,
    tell: (entry) => send({ type: 'memory', entry }),
    join: (own) => (member = own),
    gatherMetrics: async () => (await gather('metrics')).flatMap((one) => (one.what === 'metrics' ? one.families : [])),
    gatherStatuses: async () => (await gather('status')).flatMap((one) => (one.what === 'status' ? [one.status] : [])),
  };
  try {
    gateway = await startGateway({ settings, sandbox, databaseFile, log, siblings });
  } catch (cause) {
    const message: ToPrimary = { type: 'failed', failure: toFailure(cause) };
    await new Promise((resolve) => worker.send(message, resolve));
    throw cause;
  }
  send({ type: 'listening', url: gateway.url });
  return { gateway, log };
}
