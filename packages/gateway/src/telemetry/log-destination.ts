import { constants, fstatSync, openSync, writeSync } from 'node:fs';
import { pino } from 'pino';

/** So much a pipe takes whole or not at all, also when several processes write to it. */
const WHOLE_WRITE_BYTES = 4_096;

type PatientDestination = ReturnType<typeof pino.destination>;

/**
 * Writes the lines of one turn of the event loop together at its end, on this thread: a write costs less than handing it
 * to another one, and what a process had told before it was killed is not on its way somewhere. What a slow reader does
 * not take holds nobody up: then pino's own destination writes, until the reader has caught up.
 */
export class LogDestination {
  readonly #descriptor: number;
  /** Undefined where a write could hold the process up. */
  readonly #direct: DirectDescriptor | undefined;
  #lines = '';
  #bytes = 0;
  #isDue = false;
  #patient: PatientDestination | undefined;
  /** The patient one has lines left; later ones must come after them. */
  #isBehind = false;

  constructor(descriptor: number) {
    this.#descriptor = descriptor;
    this.#direct = openDirect(descriptor);
    process.on('exit', () => this.flushSync());
  }

  write(line: string): void {
    const bytes = Buffer.byteLength(line);
    if (this.#bytes + bytes > WHOLE_WRITE_BYTES) this.#flush();
    this.#lines += line;
    this.#bytes += bytes;
    if (this.#isDue) return;
    this.#isDue = true;
    setImmediate(this.#endTurn);
  }

  /** For the last words of a process. */
  flushSync(): void {
    this.#flush();
    if (this.#isBehind) this.#patient?.flushSync();
  }

  readonly #endTurn = (): void => {
    this.#isDue = false;
    this.#flush();
  };

  #flush(): void {
    const lines = this.#lines;
    if (lines === '') return;
    const direct = this.#isBehind || this.#bytes > (this.#direct?.mostBytes ?? 0) ? undefined : this.#direct;
    this.#lines = '';
    this.#bytes = 0;
    if (direct === undefined || !writeNow(direct.number, lines)) this.#writePatiently(lines);
  }

  #writePatiently(lines: string): void {
    this.#isBehind = true;
    this.#patient ??= this.#openPatient();
    this.#patient.write(lines);
  }

  #openPatient(): PatientDestination {
    const patient = pino.destination({ dest: this.#descriptor, sync: false, maxWrite: WHOLE_WRITE_BYTES });
    return patient.on('drain', () => {
      this.#isBehind = false;
    });
  }
}

interface DirectDescriptor {
  number: number;
  /** What is longer may be taken in part. */
  mostBytes: number;
}

/**
 * A descriptor that takes what is written to it at once or refuses it: that of a file, or a pipe opened once more without
 * waiting (the flag of the one we were given is not ours alone). Terminals and sockets have none, nor have systems without /proc.
 */
function openDirect(descriptor: number): DirectDescriptor | undefined {
  try {
    const target = fstatSync(descriptor);
    if (target.isFile()) return { number: descriptor, mostBytes: Infinity };
    if (!target.isFIFO()) return undefined;
    const again = openSync(`/proc/self/fd/${descriptor}`, constants.O_WRONLY | constants.O_NONBLOCK);
    return { number: again, mostBytes: WHOLE_WRITE_BYTES };
  } catch {
    return undefined;
  }
}

/** @returns false when a pipe is full */
function writeNow(descriptor: number, lines: string): boolean {
  try {
    writeSync(descriptor, lines);
    return true;
  } catch (cause) {
    // Nobody reads the pipe any more, or the disk is full: there is nobody to tell, and the gateway goes on without a log.
    return !(cause instanceof Error && 'code' in cause && cause.code === 'EAGAIN');
  }
}
