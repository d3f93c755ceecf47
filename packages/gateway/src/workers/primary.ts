import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { settingsText } from '../config/settings-text.ts';
import { GatewayError } from '../errors/error.ts';
import { createThinkingMemory } from '../exchange/thinking-memory.ts';
import type { Gateway, GatewayOptions } from '../gateway.ts';
import type { RunnableSettings } from '../generation.ts';
import { systemClock } from '../kit/clock.ts';
import { createPlaceBank, type PlaceLink } from '../policy/admission/place-bank.ts';
import { type BankLink, createCounterBank } from '../policy/pacing/counter-bank.ts';
import { openDatabase } from '../store/sqlite/open.ts';
import { createLogger } from '../telemetry/log.ts';
import { addFamilies } from '../telemetry/metrics/exposition.ts';
import type { MetricFamily } from '../telemetry/metrics/registry.ts';
import { claimAddress, listeningAt } from './address.ts';
import { Crew, type CrewMember } from './crew.ts';
import { Departed } from './departed.ts';
import { fromFailure } from './failure.ts';
import { Gathering } from './gathering.ts';
import type { Failure, Reading, ToPrimary } from './messages.ts';

interface Links {
  counters: BankLink;
  places: PlaceLink;
  isListening: boolean;
  lastMetrics: MetricFamily[];
  /** Those it was started with. */
  settings: RunnableSettings;
}

/**
 * The gateway as several processes that look like one. This one serves nobody: it starts them, replaces those that die,
 * and keeps what they share: rate limits, places, remembered thoughts, the sum of their metrics.
 * @throws whatever the first of them could not be started for
 */
export async function startWorkers(options: GatewayOptions): Promise<Gateway> {
  const { sandbox = false, databaseFile = ':memory:', log = createLogger(options.settings.log.level) } = options;
  const clock = systemClock;
  const now = () => clock.now();
  const address = await claimAddress(options.settings.server);
  let settings = listeningAt(options.settings, address);
  const count = settings.server.workers;
  // Its schema is brought up to date by one process, before the others open it.
  if (databaseFile !== ':memory:') openDatabase(databaseFile).close();

  const counterBank = createCounterBank(now);
  const placeBank = createPlaceBank();
  const memory = createThinkingMemory(now);
  const departed = new Departed();
  const gathering = new Gathering(clock);
  const links = new Map<CrewMember, Links>();
  const reloads = new Map<number, (problem: string | undefined) => void>();
  let lastReload = 0;
  let restarts = 0;

  const listening = Promise.withResolvers<string>();
  const failed = Promise.withResolvers<Error>();
  /** Before all listen there is no gateway: the first failure is the answer. */
  let hasStarted = false;
  let firstFailure: Failure | undefined;

  const gather = async (what: Reading['what'], to: CrewMember, id: number) => {
    const readings = await gathering.start((question) => {
      const asked = Array.from(links).filter(([, { isListening }]) => isListening);
      for (const [member] of asked) member.send({ type: 'question', id: question, what });
      return asked.length;
    });
    to.send({ type: 'gathered', id, readings: what === 'metrics' ? [summed(readings)] : readings });
  };
  const summed = (readings: readonly Reading[]): Reading => {
    const families = readings.flatMap((reading) => (reading.what === 'metrics' ? [reading.families] : []));
    return { what: 'metrics', families: addFamilies([...families, departed.families(), ownMetrics(count, restarts)]) };
  };

  const heard = (member: CrewMember, message: ToPrimary) => {
    const link = links.get(member);
    if (link === undefined) return;
    switch (message.type) {
      case 'hello': {
        link.settings = settings;
        const start = { index: member.index, count, settings: settingsText(settings), sandbox, databaseFile };
        member.send({ type: 'start', start });
        return;
      }
      case 'listening':
        link.isListening = true;
        log.info({ event: 'worker', worker: member.index + 1, pid: member.pid }, `Worker ${member.index + 1} listens.`);
        // They have changed meanwhile.
        if (link.settings !== settings)
          member.send({ type: 'reload', id: NOBODY_WAITS, settings: settingsText(settings) });
        for (const entry of memory.entries()) member.send({ type: 'memory', entry });
        if (Array.from(links.values()).every(({ isListening }) => isListening)) listening.resolve(message.url);
        return;
      case 'failed':
        firstFailure ??= message.failure;
        return;
      case 'reloaded':
        return reloads.get(message.id)?.(message.problem);
      case 'counter':
        return link.counters.receive(message.message);
      case 'place':
        return link.places.receive(message.message);
      case 'memory':
        memory.learn(message.entry);
        for (const other of links.keys()) if (other !== member) other.send(message);
        return;
      case 'answer':
        if (message.reading.what === 'metrics') link.lastMetrics = message.reading.families;
        return gathering.answer(message.id, message.reading);
      case 'gather':
        return void gather(message.what, member, message.id);
    }
  };

  const crew = new Crew({
    count,
    clock,
    log,
    joined(member) {
      const counters = counterBank.connect((message) => member.send({ type: 'counter', message }));
      const places = placeBank.connect((message) => member.send({ type: 'place', message }));
      links.set(member, { counters, places, isListening: false, lastMetrics: [], settings });
    },
    heard,
    left(member) {
      const link = links.get(member)!;
      links.delete(member);
      link.counters.close();
      link.places.close();
      departed.add(link.lastMetrics);
      restarts += 1;
      if (hasStarted) return;
      crew.kill();
      listening.reject(fromFailure(firstFailure ?? { message: 'a worker ended before it listened.' }));
    },
    gaveUp: (cause) => failed.resolve(cause),
  });
  const url = await listening.promise;
  hasStarted = true;

  return {
    url,
    failed: failed.promise,
    async reload(changed) {
      const { tls } = changed.server;
      if (tls !== undefined) checkCertificate(tls);
      const before = settings;
      settings = listeningAt(changed, address);
      const text = settingsText(settings);
      const answers = Array.from(links).flatMap(([member, { isListening }]) => {
        if (!isListening) return [];
        lastReload += 1;
        const id = lastReload;
        const answer = new Promise<string | undefined>((resolve) => {
          reloads.set(id, resolve);
          // A worker that dies meanwhile is started with the new settings.
          clock.after(RELOAD_PATIENCE_MS, () => resolve(undefined));
        });
        member.send({ type: 'reload', id, settings: text });
        return [answer.finally(() => reloads.delete(id))];
      });
      const problem = (await Promise.all(answers)).find((answer) => answer !== undefined);
      if (problem !== undefined) {
        settings = before;
        throw new GatewayError('invalid-request', problem);
      }
      log.level = changed.log.level;
    },
    async close(times = {}) {
      const { drainDelayMs, drainTimeoutMs } = settings.server;
      const { delayMs, timeoutMs } = { delayMs: drainDelayMs, timeoutMs: drainTimeoutMs, ...times };
      await crew.close({ type: 'drain', times }, delayMs + timeoutMs);
    },
  };
}

const RELOAD_PATIENCE_MS = 10_000;
const NOBODY_WAITS = 0;

/** Once for all: what one worker refused, another must not have taken. @throws GatewayError `invalid-request` */
function checkCertificate({ keyFile, certFile }: { keyFile: string; certFile: string }): void {
  try {
    createSecureContext({ key: readFileSync(keyFile), cert: readFileSync(certFile) });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : 'for an unknown reason';
    const message = `The certificate ${certFile} with the key ${keyFile} cannot be used (${why}). The old one stays.`;
    throw new GatewayError('invalid-request', message, { cause });
  }
}

function ownMetrics(count: number, restarts: number): MetricFamily[] {
  const plain = (name: string, help: string, type: MetricFamily['type'], value: number): MetricFamily => ({
    name,
    help,
    type,
    labels: [],
    series: [{ values: [], value }],
  });
  return [
    plain('couloir_workers', 'Processes that share the load.', 'gauge', count),
    plain('couloir_worker_restarts_total', 'Workers that died and were replaced.', 'counter', restarts),
  ];
}
