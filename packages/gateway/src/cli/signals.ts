import { closeSync, openSync } from 'node:fs';
import type { Console } from './console.ts';
import { describeFailure } from './failure.ts';

/** On SIGINT or SIGTERM: `close`, then exit 0. A second signal exits at once, with the code shells expect of it. */
export function closeOnSignal(close: () => Promise<void>, console: Console): void {
  let closing = false;
  const handle = (signal: 'SIGINT' | 'SIGTERM') => {
    if (closing) process.exit(signal === 'SIGINT' ? 130 : 143);
    closing = true;
    console.err('couloir: closing; answers that are running may end. Once more to stop at once.');
    close().then(
      () => process.exit(0),
      (cause: unknown) => {
        console.err(describeFailure(cause).text ?? 'couloir: closing failed.');
        process.exit(1);
      },
    );
  };
  process.on('SIGINT', handle);
  process.on('SIGTERM', handle);
}

/** On SIGHUP: `reload`. The one that the kernel sends when a terminal is closed ends the program, as it would any other. */
export function reloadOnSignal(reload: () => void): void {
  process.on('SIGHUP', () => {
    if (process.stdout.isTTY && hasLostTerminal()) process.emit('SIGTERM', 'SIGTERM');
    else reload();
  });
}

function hasLostTerminal(): boolean {
  try {
    closeSync(openSync('/dev/tty', 'r'));
    return false;
  } catch {
    return true;
  }
}
