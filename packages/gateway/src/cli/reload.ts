import { compareSettings, withFixed } from '../config/changes.ts';
import type { Gateway } from '../gateway.ts';
import type { RunnableSettings } from '../generation.ts';
import { systemClock } from '../kit/clock.ts';
import type { Logger } from '../telemetry/log.ts';
import type { Console } from './console.ts';
import { CommandError, describeFailure } from './failure.ts';
import { runnable, type SettingsSource } from './settings-source.ts';
import { watchFiles } from './watch.ts';

interface ReloadOptions {
  source: SettingsSource;
  gateway: Pick<Gateway, 'reload'>;
  /** Those that the gateway was started with. */
  settings: RunnableSettings;
  sandboxUrl: string | undefined;
  log: Logger;
  console: Pick<Console, 'err'>;
}

export interface Reloading {
  /** Reads the settings again, because somebody asked for it. */
  now(): void;
  stop(): void;
}

/** Reads the settings again whenever their files change, and gives them to the gateway. Wrong ones are told and refused. */
export function reloadOnChange({ source, gateway, settings, sandboxUrl, log, console }: ReloadOptions): Reloading {
  let current = settings;
  const read = (): RunnableSettings => {
    const reading = source.read();
    if ((reading.loaded.source === 'sandbox') === (sandboxUrl !== undefined)) return runnable(reading, sandboxUrl);
    throw new CommandError(
      sandboxUrl === undefined
        ? 'no model and no account is configured any more. Restart for the sandbox.'
        : 'the configuration now names models or an account. Restart to leave the sandbox.',
    );
  };
  const reload = async (asked: boolean) => {
    try {
      const next = read();
      const { applied, needsRestart } = compareSettings(current, next);
      const possible = withFixed(settings, next);
      await gateway.reload(possible);
      current = possible;
      if (needsRestart.length > 0) {
        const message = `Only a restart will change ${needsRestart.join(', ')}.`;
        log.warn({ event: 'reload', needsRestart }, message);
      }
      // Certificates may be others in the files of the same name.
      if (applied.length > 0 || asked)
        log.info({ event: 'reload', changes: applied }, `Settings read again: ${applied.join('; ') || 'no change'}.`);
    } catch (cause) {
      console.err(`couloir: the settings were not changed; the old ones stay.\n${describeFailure(cause).text ?? ''}`);
    } finally {
      watch.follow(source.files());
    }
  };
  const watch = watchFiles(systemClock, () => void reload(false));
  watch.follow(source.files());
  return {
    now: () => void reload(true),
    stop: () => watch.stop(),
  };
}
