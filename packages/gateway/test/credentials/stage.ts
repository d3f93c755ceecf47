/** A sandbox with a clock of its own, and a gateway in this process that a configuration points at it. */
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadSettings } from '../../src/config/load.ts';
import { type Gateway, startGateway } from '../../src/gateway.ts';
import { type Clock, systemClock } from '../../src/kit/clock.ts';
import { Secret } from '../../src/kit/secret.ts';
import { type CortexSandbox, createCortexSandbox, type SandboxOptions } from '../../src/sandbox/index.ts';
import { cortexKnowledge } from '../../src/upstream/knowledge.ts';
import { post, textOf } from '../support/raw-http.ts';

/** A clock that runs, and can be set. */
interface ShiftedClock extends Clock {
  shift(ms: number): void;
}

function shiftedClock(aheadMs = 0): ShiftedClock {
  let ahead = aheadMs;
  return {
    ...systemClock,
    now: () => systemClock.now() + ahead,
    shift(ms) {
      ahead += ms;
    },
  };
}

export interface KeyPair {
  /** PKCS#8, PEM. */
  privateKey: string;
  publicKey: string;
}

export function rsaKeyPair(): KeyPair {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return {
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  };
}

/** The same private key as openssl writes it with a passphrase. */
export function encryptedWith(passphrase: string, { privateKey }: KeyPair): string {
  return createPrivateKey(privateKey)
    .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase })
    .toString();
}

/** A JWT as people mint it by hand for LiteLLM, good from ten minutes ago until in fifty. */
export function handMadeJwt({ privateKey, publicKey }: KeyPair, subject: string, nowMs = systemClock.now()): string {
  const der = createPublicKey(publicKey).export({ type: 'spki', format: 'der' });
  const issuer = `${subject}.SHA256:${createHash('sha256').update(der).digest('base64')}`;
  const nowSeconds = Math.floor(nowMs / 1000);
  const claims = { iss: issuer, sub: subject, iat: nowSeconds - 600, exp: nowSeconds + 3_000 };
  const text = [{ alg: 'RS256', typ: 'JWT' }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  return `${text}.${sign('RSA-SHA256', Buffer.from(text), privateKey).toString('base64url')}`;
}

export interface Stage {
  sandbox: CortexSandbox;
  clock: ShiftedClock;
  gateway: Gateway;
  /** One chat completion in one piece: its status and text. */
  ask: (prompt?: string, model?: string) => Promise<{ status: number; text: string }>;
  /** The same as a stream; `onFirst` runs when the first bytes are here. */
  stream: (prompt: string, onFirst?: () => void) => Promise<{ status: number; text: string }>;
  close(): Promise<void>;
}

export interface StageOptions extends Pick<SandboxOptions, 'credentials' | 'switches'> {
  aheadMs?: number;
  /** Puts files into the folder and says what the configuration's `accounts.main` is beside its host. */
  account: (world: { folder: string; sandbox: CortexSandbox }) => Record<string, unknown>;
}

const CLAUDE = 'claude-sonnet-4-6';
/** Served by Chat Completions, in the mended lane. */
export const LLAMA = 'llama3.1-8b';

export async function setStage({ aheadMs = 0, account, ...options }: StageOptions): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'couloir-credentials-'));
  const clock = shiftedClock(aheadMs);
  const sandbox = await createCortexSandbox({ ...options, clock });
  const config = {
    server: { port: 0 },
    log: { level: 'silent' },
    accounts: { main: { host: sandbox.url, ...account({ folder, sandbox }) } },
    models: [{ name: CLAUDE }, { name: LLAMA }],
    retries: 0,
  };
  // JSON is YAML.
  writeFileSync(join(folder, 'couloir.yaml'), JSON.stringify(config));
  const { settings } = loadSettings({ env: {}, cwd: folder, home: folder, cortex: cortexKnowledge });
  const gateway = await startGateway({ settings: { ...settings, masterKey: new Secret('sk-test') } });

  async function send(body: object, onFirst?: () => void): Promise<{ status: number; text: string }> {
    const headers = { authorization: 'Bearer sk-test' };
    const response = await post(`${gateway.url}/v1/chat/completions`, JSON.stringify(body), headers).response;
    if (onFirst !== undefined) response.once('data', onFirst);
    return { status: response.statusCode!, text: await textOf(response) };
  }
  const say = (prompt: string) => [{ role: 'user', content: prompt }];
  return {
    sandbox,
    clock,
    gateway,
    ask: (prompt = 'sandbox> say ok', model = CLAUDE) => send({ model, messages: say(prompt) }),
    stream: (prompt, onFirst) => send({ model: CLAUDE, messages: say(prompt), stream: true }, onFirst),
    async close() {
      await gateway.close({ delayMs: 0, timeoutMs: 0 });
      await sandbox.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
