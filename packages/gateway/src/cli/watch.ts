import { statSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Clock } from '../kit/clock.ts';

/** What a file was like: another inode, size or time means another file. Empty when there is none. */
export type FileState = string;

export interface Watch {
  /** These files and no others from now on, as they were when they were read. */
  follow(files: ReadonlyMap<string, FileState>): void;
  stop(): void;
}

/** Asking works everywhere: editors replace files, Kubernetes swaps links, and network drives tell nobody. */
const LOOK_EVERY_MS = 1_000;
/** Some programs write a file in several steps, or several files together. */
const SETTLE_MS = 100;

/** To be asked before the file is read: what changes between the two is noticed then, not missed. */
export function fileState(file: string): FileState {
  return describe(statSync(file, { bigint: true, throwIfNoEntry: false }));
}

/** Calls `onChange` soon after any of the files has become another. */
export function watchFiles(clock: Pick<Clock, 'after' | 'every'>, onChange: () => void): Watch {
  let files = new Map<string, FileState>();
  let isLooking = false;
  let cancel: (() => void) | undefined;
  const look = async () => {
    if (isLooking) return;
    isLooking = true;
    const watched = files;
    for (const [file, before] of watched) {
      const now = await stat(file, { bigint: true }).then(describe, () => '');
      if (now === before) continue;
      watched.set(file, now);
      cancel?.();
      cancel = clock.after(SETTLE_MS, onChange);
    }
    isLooking = false;
  };
  const stop = clock.every(LOOK_EVERY_MS, () => void look());
  return {
    follow(others) {
      files = new Map(others);
    },
    stop() {
      stop();
      cancel?.();
    },
  };
}

function describe(stats: { ino: bigint; size: bigint; mtimeNs: bigint } | undefined): FileState {
  return stats === undefined ? '' : [stats.ino, stats.size, stats.mtimeNs].join(' ');
}
