import cluster from 'node:cluster';
import { joinPrimary, type JoinedWorker } from '../workers/worker.ts';
import { endOnCrash } from './crash.ts';
import { CommandError } from './failure.ts';

/** One process of `serve --workers`. It ends when the primary says so, or when somebody ends it alone: then it drains, too. */
export async function worker(): Promise<void> {
  if (cluster.worker === undefined)
    throw new CommandError('a worker is started by `couloir serve --workers 2`, not by hand.', 2);
  let joined: JoinedWorker | undefined;
  let isEnding = false;
  const end = (times = {}) => {
    if (isEnding) return;
    isEnding = true;
    if (joined === undefined) process.exit(0);
    joined.gateway.close(times).then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  // A terminal sends these to the whole group; the primary decides what comes of them.
  for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined);
  process.on('SIGTERM', () => end());
  try {
    joined = await joinPrimary(cluster.worker, end);
  } catch {
    // The primary has been told, and tells it once for all.
    process.exit(1);
  }
  const { gateway, log } = joined;
  endOnCrash({ close: () => gateway.close(), log });
}
