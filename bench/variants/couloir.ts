import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { CLAUDE, GPT, SECURE_CLAUDE } from '../cases.ts';
import { PROXY_CORE } from '../cores.ts';
import { type Program, freePort, startProgram } from './program.ts';
import { type RunningVariant, type Surroundings, UPSTREAM_TOKEN, type Variant } from './variant.ts';

interface CouloirOptions {
  name: string;
  about: string;
  /** The only cases it is for; all unless said. */
  cases?: readonly string[];
  /** Lines of configuration beside the deployments. */
  configuration?: string;
  flags?: readonly string[];
  /** Of Node, before the program. */
  nodeFlags?: readonly string[];
}

/** What the features cost, and what several workers do, shows on the plainest of requests. */
const PLAINEST = ['verbatim-2kb-unary', 'verbatim-2kb-alone'];
/** Limits that are watched and never reached: pacing does its work, and nobody waits. */
const BOUNDLESS = 'rpm: 1000000000, tpm: 1000000000000';
export const GATEWAY_PROGRAM = resolve(import.meta.dirname, '../../packages/gateway/bin/couloir.js');
const KEY = 'bench-key-3f9d2c';
const PATHS = { chat: '/v1/chat/completions', messages: '/v1/messages' } as const;

/** The built program as it comes: everything on, its log into a file. */
export const couloir: Variant = couloirVariant({ name: 'couloir', about: 'Couloir as built, everything on' });

/** What can be switched off is off: the difference is what those features cost. */
export const couloirBare: Variant = couloirVariant({
  name: 'couloir-bare',
  about: 'Couloir with its log, pacing, cooldowns and session affinity off',
  cases: PLAINEST,
  configuration: `
log: { level: silent }
pacing: { enabled: false }
routing: { session_affinity: false, cooldown: { enabled: false } }
`,
});

export const couloirWorkers: Variant = couloirVariant({
  name: 'couloir-workers',
  about: 'Couloir with two workers, on one core',
  cases: PLAINEST,
  flags: ['--workers', '2'],
});

/** Couloir that writes a CPU profile into `folder` when it ends. */
export function profiledCouloir(folder: string): Variant {
  const nodeFlags = ['--cpu-prof', `--cpu-prof-dir=${folder}`];
  return couloirVariant({ name: 'couloir', about: 'Couloir under the profiler', nodeFlags });
}

export interface StartedCouloir {
  url: string;
  /** What clients send. */
  headers: Record<string, string>;
  program: Program;
}

/** Starts the program and returns at once. */
export async function launchCouloir(
  { upstream, certificate, folder }: Surroundings,
  { configuration = '', flags = [], nodeFlags = [] }: Partial<CouloirOptions> = {},
): Promise<StartedCouloir> {
  const certificateFile = join(folder, 'upstream.pem');
  writeFileSync(certificateFile, certificate.cert);
  const file = join(folder, 'couloir.yaml');
  const accounts = { plain: `http://127.0.0.1:${upstream.plain}`, secure: `https://127.0.0.1:${upstream.secure}` };
  writeFileSync(file, configurationFor(accounts) + configuration);
  const port = await freePort();
  const program = startProgram({
    command: process.execPath,
    words: [...nodeFlags, GATEWAY_PROGRAM, 'serve', '--config', file, '--port', String(port), ...flags],
    core: PROXY_CORE,
    environment: { COULOIR_HOME: join(folder, 'home'), NODE_EXTRA_CA_CERTS: certificateFile },
    folder,
  });
  return { url: `http://127.0.0.1:${port}`, headers: { authorization: `Bearer ${KEY}` }, program };
}

function couloirVariant(options: CouloirOptions): Variant {
  return {
    name: options.name,
    about: options.about,
    ours: true,
    async start(surroundings): Promise<RunningVariant> {
      const { url, headers, program } = await launchCouloir(surroundings, options);
      await program.untilAnswering(`${url}/health/liveness`);
      return {
        pid: program.pid,
        target({ name, lane: { client } }) {
          if (options.cases?.includes(name) === false) return undefined;
          return { port: Number(new URL(url).port), path: PATHS[client], headers, modelPrefix: '' };
        },
        stop: () => program.stop(),
      };
    },
  };
}

function configurationFor(accounts: { plain: string; secure: string }): string {
  return `
master_key: ${KEY}
accounts:
  plain: { host: '${accounts.plain}', token: ${UPSTREAM_TOKEN} }
  secure: { host: '${accounts.secure}', token: ${UPSTREAM_TOKEN} }
models:
  - { name: ${CLAUDE}, account: plain, ${BOUNDLESS} }
  - { name: ${GPT}, account: plain, ${BOUNDLESS} }
  - { name: ${SECURE_CLAUDE}, model: ${CLAUDE}, account: secure, ${BOUNDLESS} }
`;
}
