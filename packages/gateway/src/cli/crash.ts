import type { Logger } from '../telemetry/log.ts';

interface CrashOptions {
  close: () => Promise<void>;
  log: Logger;
  /** Resolves when the gateway has given up by itself. */
  failed?: Promise<Error> | undefined;
}

/**
 * What happens to defects that nobody caught. A rejected promise belongs to one request at most: it is logged and the
 * others go on. After an exception nothing in the process can be trusted for long: what runs may end, nothing new is
 * taken, and the exit code 1 has it started again by whoever watches over it.
 */
export function endOnCrash({ close, log, failed }: CrashOptions): void {
  let isEnding = false;
  const end = () => {
    if (isEnding) process.exit(1);
    isEnding = true;
    close().then(
      () => process.exit(1),
      () => process.exit(1),
    );
  };
  process.on('unhandledRejection', (reason) => {
    log.error({ event: 'unhandled-rejection', err: reason }, 'A defect of couloir; the gateway goes on.');
  });
  process.on('uncaughtException', (cause) => {
    log.fatal(
      { event: 'uncaught-exception', err: cause },
      'A defect of couloir; the gateway ends what runs and exits.',
    );
    end();
  });
  void failed?.then((cause) => {
    log.fatal({ event: 'failed', err: cause }, cause.message);
    end();
  });
}
