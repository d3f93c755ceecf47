import { readFileSync } from 'node:fs';
import { catalogueDeployments } from '../config/catalogue-deployments.ts';
import { homeFolder, readOrCreateMasterKey } from '../config/home.ts';
import { type LoadedSettings, loadSettings } from '../config/load.ts';
import type { Settings } from '../config/settings.ts';
import type { RunnableSettings } from '../generation.ts';
import { systemRandom } from '../kit/random.ts';
import { Secret } from '../kit/secret.ts';
import { cortexKnowledge } from '../upstream/knowledge.ts';
import type { KeyFacts } from './banner.ts';
import type { Console } from './console.ts';
import { CommandError } from './failure.ts';
import { type ServeFlags, serverFlags } from './serve-flags.ts';
import { type FileState, fileState } from './watch.ts';

/** One reading of everything that decides how the gateway runs. */
export interface Reading {
  loaded: LoadedSettings;
  masterKey: Secret;
  key: KeyFacts;
}

export interface SettingsSource {
  home: string;
  /**
   * Reads everything anew.
   * @throws ConfigError, CommandError with what is wrong
   */
  read(): Reading;
  /** What the last reading looked at, found or not, wrong or right; as it was just before. */
  files(): ReadonlyMap<string, FileState>;
}

/** Sandbox tokens are no secret: the simulated Snowflake takes any that begins so. */
const SANDBOX_TOKEN = new Secret('sandbox-couloir');

/** The flags that `serve` was started with hold for every reading. */
export function createSettingsSource(flags: ServeFlags, console: Console): SettingsSource {
  const home = homeFolder(console.env);
  let files = new Map<string, FileState>();
  const onFile = (file: string) => files.set(file, fileState(file));
  return {
    home,
    files: () => files,
    read() {
      files = new Map();
      const loaded = loadSettings({
        ...(flags.config === undefined ? {} : { configFile: flags.config }),
        flags: serverFlags(flags),
        env: console.env,
        cwd: console.cwd,
        home,
        cortex: cortexKnowledge,
        onFile,
      });
      checkTlsFiles(loaded.settings, onFile);
      return { loaded, ...masterKeyOf(loaded, home) };
    },
  };
}

/** What to run with. @param sandboxUrl where Snowflake is simulated, when it is */
export function runnable({ loaded: { settings }, masterKey }: Reading, sandboxUrl?: string): RunnableSettings {
  if (sandboxUrl === undefined) return { ...settings, masterKey };
  const credential = { kind: 'snowflake-token', token: SANDBOX_TOKEN } as const;
  const simulated = catalogueDeployments({ base: { apiBase: sandboxUrl }, credential }, cortexKnowledge);
  return { ...settings, ...simulated, masterKey };
}

function checkTlsFiles({ server: { tls } }: Settings, onFile: (file: string) => void): void {
  for (const file of tls === undefined ? [] : [tls.keyFile, tls.certFile]) {
    onFile(file);
    try {
      readFileSync(file);
    } catch (cause) {
      throw new CommandError(`the TLS file ${file} cannot be read (${(cause as NodeJS.ErrnoException).code}).`, 2);
    }
  }
}

function masterKeyOf({ settings, origins }: LoadedSettings, home: string): Pick<Reading, 'masterKey' | 'key'> {
  if (settings.masterKey !== undefined) {
    const origin = origins['masterKey'] ?? 'the configuration';
    return { masterKey: settings.masterKey, key: { kind: 'given', origin } };
  }
  const { key, file, created } = readOrCreateMasterKey(home, systemRandom);
  return { masterKey: key, key: created ? { kind: 'generated', file, value: key.reveal() } : { kind: 'kept', file } };
}
