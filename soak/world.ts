import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type CortexSandbox,
  createCortexSandbox,
  type LoggedRequest,
  parseFault,
} from '../packages/gateway/src/sandbox/index.ts';
import { GatewayProcess } from './gateway-process.ts';
import { SLOW_NAME, type SlowNames, startSlowNames } from './slow-names.ts';
import { CLAUDE, EMBEDDER, GPT, NARROW } from './task.ts';

export const KEY = 'sk-soak-0123456789';
/** Shorter than the gateway's patience: silences that an answer survives. */
const SILENCE = '1s';
/** Longer than its patience. */
const LONG_SILENCE = '6s';
const PATIENCE = '4s';
const OAUTH_LIFE_SECONDS = 8;
/** What cannot be a limit here. */
const PLENTY = 10_000_000;
const REMEMBERED = 10_000_000;
const CLIENT = { id: 'couloir', secret: 'sandbox-oauth-secret' };

export interface WorldOptions {
  seed: string;
  clients: number;
  faults: number;
  workers: number;
}

/** Two simulated accounts, and the gateway before them. */
export class SoakWorld {
  readonly sandboxes: readonly [north: CortexSandbox, south: CortexSandbox];
  readonly gateway: GatewayProcess;
  /** Why no name is resolved slowly; absent while one is. */
  readonly withoutSlowNames: string | undefined;
  readonly databaseFile: string;
  readonly workers: number;
  readonly #folder: string;
  readonly #options: WorldOptions;
  readonly #names: SlowNames | string;
  #tokens = 0;
  readonly #taken = [0, 0];
  #configs = 0;

  private constructor(
    folder: string,
    options: WorldOptions,
    parts: { sandboxes: SoakWorld['sandboxes']; gateway: GatewayProcess; names: SlowNames | string },
  ) {
    this.#folder = folder;
    this.#options = options;
    this.workers = options.workers;
    this.#names = parts.names;
    this.sandboxes = parts.sandboxes;
    this.gateway = parts.gateway;
    this.withoutSlowNames = typeof parts.names === 'string' ? parts.names : undefined;
    this.databaseFile = join(folder, 'home', 'couloir.db');
  }

  static async start(options: WorldOptions): Promise<SoakWorld> {
    const folder = mkdtempSync(join(tmpdir(), 'couloir-soak-'));
    const start = (name: string, credentials: Parameters<typeof createCortexSandbox>[0]) =>
      createCortexSandbox({
        seed: `${options.seed} ${name}`,
        faults: faultsOf(options.faults),
        remember: { requests: REMEMBERED, bodyBytes: 0 },
        ...credentials,
      });
    const sandboxes: SoakWorld['sandboxes'] = [
      await start('north', { credentials: { tokens: { [tokenOf(0)]: {} } } }),
      await start('south', {
        credentials: {
          oauth: { clients: { [CLIENT.id]: { secret: CLIENT.secret } }, lifeSeconds: OAUTH_LIFE_SECONDS },
        },
      }),
    ];
    mkdirSync(join(folder, 'home'));
    replace(join(folder, 'token'), tokenOf(0));
    const names = await startSlowNames(folder);
    const southHost = typeof names === 'string' ? '127.0.0.1' : SLOW_NAME;
    writeConfig(folder, options, sandboxes, southHost, 0);
    const gateway = await GatewayProcess.start(folder, {
      args: [
        '--config',
        join(folder, 'couloir.yaml'),
        ...(options.workers === 1 ? [] : ['--workers', String(options.workers)]),
      ],
      env: { COULOIR_MASTER_KEY: KEY },
      prefix: typeof names === 'string' ? [] : names.prefix,
    });
    return new SoakWorld(folder, options, { sandboxes, gateway, names });
  }

  /** What the sandboxes were asked since the last time. */
  takeRequests(): LoggedRequest[] {
    return this.sandboxes.flatMap(({ requests }, index) => {
      const fresh = requests.slice(this.#taken[index]);
      this.#taken[index] = requests.length;
      return fresh;
    });
  }

  /** The token of the one account ends, and a moment later its file holds the next. */
  rotateToken(): void {
    const [north] = this.sandboxes;
    north.credentials.expire(tokenOf(this.#tokens));
    this.#tokens += 1;
    north.credentials.addToken(tokenOf(this.#tokens));
    replace(join(this.#folder, 'token'), tokenOf(this.#tokens));
  }

  /** Another strategy, told by SIGHUP. */
  reload(): void {
    this.#configs += 1;
    const southHost = typeof this.#names === 'string' ? '127.0.0.1' : SLOW_NAME;
    writeConfig(this.#folder, this.#options, this.sandboxes, southHost, this.#configs);
    this.gateway.reload();
  }

  /** A file that is none: to be refused. */
  reloadBroken(): void {
    replace(join(this.#folder, 'couloir.yaml'), '{"models": [{"nome": "x"}]}');
    this.gateway.reload();
  }

  async close(): Promise<number | null> {
    const code = await this.gateway.stop();
    await Promise.all(this.sandboxes.map((sandbox) => sandbox.close()));
    if (typeof this.#names !== 'string') this.#names.close();
    return code;
  }

  removeFolder(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function tokenOf(count: number): string {
  return `sandbox-token-${count}`;
}

/** Most are of every kind; a few are silences that nobody waits out. */
function faultsOf(percent: number): ReturnType<typeof parseFault>[] {
  if (percent === 0) return [];
  return [`${percent * 0.97}%:mixed=${SILENCE}`, `${percent * 0.03}%:stall=${LONG_SILENCE}`].map(parseFault);
}

const STRATEGIES = ['simple-shuffle', 'least-busy', 'latency-based', 'usage-based'];

function writeConfig(
  folder: string,
  { clients }: WorldOptions,
  [north, south]: SoakWorld['sandboxes'],
  southHost: string,
  count: number,
): void {
  const southUrl = `http://${southHost}:${south.port}`;
  const of = (account: string, name: string, more: object = {}) => ({
    name,
    account,
    rpm: PLENTY,
    tpm: PLENTY * 100,
    ...more,
  });
  const both = [CLAUDE, GPT, EMBEDDER].flatMap((name) => [of('north', name, { weight: 2 }), of('south', name)]);
  const config = {
    accounts: {
      north: { host: north.url, token_file: join(folder, 'token'), token_type: 'pat' },
      south: {
        host: southUrl,
        oauth: { token_url: `${southUrl}/oauth/token-request`, client_id: CLIENT.id, client_secret: CLIENT.secret },
      },
    },
    models: [...both, of('north', NARROW, { rpm: 60 })],
    routing: {
      strategy: STRATEGIES[count % STRATEGIES.length],
      fallbacks: { [CLAUDE]: [GPT] },
      cooldown: { time: '1s' },
    },
    pacing: { max_wait: '2s' },
    timeouts: { first_byte: PATIENCE, idle: PATIENCE, total: '40s' },
    // Fewer than there are clients: some wait for a place.
    limits: { max_running: Math.max(1, Math.ceil(clients * 0.75)) },
  };
  replace(join(folder, 'couloir.yaml'), JSON.stringify(config, null, 2));
}

/** Whole or not at all for whoever reads it now. */
function replace(file: string, text: string): void {
  writeFileSync(`${file}.next`, text, { mode: 0o600 });
  renameSync(`${file}.next`, file);
}
