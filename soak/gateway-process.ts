import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { type LogLine, readLogLine } from './log-line.ts';
import { readConnections } from './tcp-table.ts';
import { descendantsOf, readProcessStat, readResidentKb } from '../bench/process-stat.ts';
import { isObject, parseObject } from '../packages/gateway/src/ir/json.ts';

const PROGRAM = resolve(import.meta.dirname, '../packages/gateway/dist/couloir.js');

/** The built program as users run it, and everything it says. */
export class GatewayProcess {
  readonly url: string;
  readonly #child: ChildProcess;
  readonly #exited: Promise<number | null>;
  readonly #said: Said;

  private constructor(child: ChildProcess, exited: Promise<number | null>, said: Said, url: string) {
    this.#child = child;
    this.#exited = exited;
    this.#said = said;
    this.url = url;
  }

  /**
   * @param prefix a command that starts its arguments
   * @throws Error with what it said when it ends instead
   */
  static async start(
    folder: string,
    { args, env, prefix }: { args: string[]; env: Record<string, string>; prefix: string[] },
  ): Promise<GatewayProcess> {
    const [command, ...rest] = [...prefix, process.execPath, PROGRAM, 'serve', '--port', '0', '--json', ...args];
    const child = spawn(command!, rest, {
      cwd: folder,
      env: { PATH: process.env.PATH, HOME: folder, COULOIR_HOME: join(folder, 'home'), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const said: Said = { exchanges: [], others: [], garbled: [] };
    process.once('exit', () => child.kill('SIGKILL'));
    createInterface({ input: child.stderr }).on('line', (line) => hear(line, said));
    // 'close' comes when the last of its lines was read as well.
    const exited = new Promise<number | null>((done) => void child.once('close', done));
    const url = await new Promise<string>((started, failed) => {
      createInterface({ input: child.stdout }).on('line', (line) => {
        const { url: told } = parseObject(line) ?? {};
        if (typeof told === 'string') started(told);
      });
      void exited.then((code) => failed(new Error(`couloir serve ended with ${code}:\n${said.others.join('\n')}`)));
    });
    return new GatewayProcess(child, exited, said, url);
  }

  /** Takes the log lines of exchanges that are over, oldest first. */
  takeExchanges(): LogLine[] {
    return this.#said.exchanges.splice(0);
  }

  /** Everything else it said. */
  get others(): readonly string[] {
    return this.#said.others;
  }

  /** Lines that should be JSON and are not: two processes wrote at once. */
  get garbled(): readonly string[] {
    return this.#said.garbled;
  }

  reload(): void {
    this.#child.kill('SIGHUP');
  }

  /** Ends one of the workers at once. @returns false where the gateway is one process */
  killWorker(): boolean {
    const worker = this.pids().at(-1);
    if (worker === undefined || worker === this.#child.pid) return false;
    process.kill(worker, 'SIGKILL');
    return true;
  }

  /** The process that was started, and those that it started. */
  pids(): number[] {
    const all = readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .flatMap((pid) => {
        const text = readIfThere(`/proc/${pid}/stat`);
        return text === '' ? [] : [readProcessStat(text)];
      });
    return descendantsOf(this.#child.pid ?? 0, all);
  }

  /** Resident memory of each of its processes, in MB; the one that was started first. */
  residentMb(): number[] {
    return this.pids().map((pid) => readResidentKb(readIfThere(`/proc/${pid}/status`)) / 1024);
  }

  /** Its TCP connections, without the sockets that listen. */
  connections(): { name: string; holder: 'first process' | 'worker' }[] {
    const holders = new Map(this.pids().flatMap((pid, at) => socketsOf(pid).map((inode) => [inode, at] as const)));
    return readConnections(readIfThere('/proc/net/tcp'))
      .filter(({ inode }) => holders.has(inode))
      .map(({ inode, name }) => ({ name, holder: holders.get(inode) === 0 ? 'first process' : 'worker' }));
  }

  /** @returns the code it exits with, once all it said was heard */
  async stop(): Promise<number | null> {
    this.#child.kill('SIGTERM');
    return this.#exited;
  }
}

interface Said {
  exchanges: LogLine[];
  others: string[];
  garbled: string[];
}

function hear(line: string, { exchanges, others, garbled }: Said): void {
  const parsed = parseObject(line);
  if (isObject(parsed) && parsed.event === 'exchange') exchanges.push(readLogLine(parsed));
  else if (parsed === undefined && line.includes('"event":"exchange"')) garbled.push(line);
  else others.push(line);
}

/** Inodes of the sockets that a process has open. */
function socketsOf(pid: number): string[] {
  const folder = `/proc/${pid}/fd`;
  try {
    return readdirSync(folder).flatMap((name) => /^socket:\[(\d+)\]$/.exec(linkOf(join(folder, name)))?.[1] ?? []);
  } catch {
    return [];
  }
}

function linkOf(file: string): string {
  try {
    return readlinkSync(file);
  } catch {
    return '';
  }
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
