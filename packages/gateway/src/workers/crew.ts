import cluster, { type Worker } from 'node:cluster';
import type { Clock } from '../kit/clock.ts';
import type { Logger } from '../telemetry/log.ts';
import type { ToPrimary, ToWorker } from './messages.ts';
import { Restarts } from './restarts.ts';

/** One process of the crew. Its successor has the same index. */
export interface CrewMember {
  index: number;
  pid: number | undefined;
  send(message: ToWorker): void;
}

interface CrewOptions {
  count: number;
  clock: Clock;
  log: Logger;
  joined: (member: CrewMember) => void;
  heard: (member: CrewMember, message: ToPrimary) => void;
  left: (member: CrewMember) => void;
  /** They die as soon as they are started: nothing more is tried. */
  gaveUp: (cause: Error) => void;
}

/** So long after the time they were given, workers that have not ended are killed. */
const KILL_AFTER_MS = 5_000;

/** Starts the processes, replaces those that die, and ends them all. */
export class Crew {
  readonly #options: CrewOptions;
  readonly #workers = new Map<CrewMember, Worker>();
  #isClosing = false;

  constructor(options: CrewOptions) {
    this.#options = options;
    // A copy of what values are, not of their JSON: some waits are infinite.
    cluster.setupPrimary({ exec: process.argv[1]!, args: ['worker'], serialization: 'advanced' });
    for (let index = 0; index < options.count; index += 1) this.#fork(index, new Restarts());
  }

  get members(): CrewMember[] {
    return [...this.#workers.keys()];
  }

  /**
   * Tells them to end.
   * @param patienceMs how long they may take
   */
  async close(message: ToWorker, patienceMs: number): Promise<void> {
    this.#isClosing = true;
    for (const member of this.members) member.send(message);
    const stop = this.#options.clock.after(patienceMs + KILL_AFTER_MS, () => this.kill());
    await Promise.all(Array.from(this.#workers.values(), exited));
    stop();
  }

  /** Ends them at once. */
  kill(): void {
    this.#isClosing = true;
    for (const worker of this.#workers.values()) worker.process.kill('SIGKILL');
  }

  #fork(index: number, restarts: Restarts): void {
    const { clock, log, joined, heard, left, gaveUp } = this.#options;
    const worker = cluster.fork();
    const startedAtMs = clock.now();
    const member: CrewMember = {
      index,
      pid: worker.process.pid,
      send(message) {
        if (worker.isConnected()) worker.send(message, () => undefined);
      },
    };
    this.#workers.set(member, worker);
    joined(member);
    worker.on('message', (message: ToPrimary) => heard(member, message));
    worker.on('error', () => undefined);
    worker.on('exit', (code, signal) => {
      this.#workers.delete(member);
      left(member);
      if (this.#isClosing) return;
      const how = signal === null ? `exit code ${code}` : signal;
      const pauseMs = restarts.died(clock.now() - startedAtMs);
      const event = { event: 'worker', worker: index + 1, pid: member.pid, code, signal };
      if (pauseMs === undefined) {
        gaveUp(new Error(`Worker ${index + 1} dies as soon as it is started (${how}). Its own words stand above.`));
        return;
      }
      log.error(event, `Worker ${index + 1} has ended (${how}); another one is started.`);
      // Not `after`: when this was the last one, nothing else keeps the program alive.
      void clock.sleep(pauseMs).then(() => {
        if (!this.#isClosing) this.#fork(index, restarts);
      });
    });
  }
}

async function exited(worker: Worker): Promise<void> {
  if (worker.isDead()) return;
  await new Promise((resolve) => worker.once('exit', resolve));
}
