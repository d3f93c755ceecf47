import { setTimeout as sleep } from 'node:timers/promises';
import type { SoakWorld } from './world.ts';

/** What was done to the gateway, and when. */
export interface Deed {
  name: 'reload' | 'broken reload' | 'token rotation' | 'worker kill';
  atMs: number;
}

export interface Chaos {
  deeds: readonly Deed[];
  /** Resolves when nothing more is done. */
  end(): Promise<void>;
}

/** At which part of a round what is done; the worker is killed in the first, which memory is not compared with. */
const DEEDS: readonly { at: number; name: Deed['name']; onlyFirst?: true }[] = [
  { at: 0.15, name: 'token rotation' },
  { at: 0.3, name: 'reload' },
  { at: 0.45, name: 'broken reload' },
  { at: 0.5, name: 'worker kill', onlyFirst: true },
  { at: 0.6, name: 'token rotation' },
  { at: 0.75, name: 'reload' },
];
const LOOKS_EVERY_MS = 50;

/** @param progress of the round, from 0 to 1 */
export function startChaos(world: SoakWorld, round: number, progress: () => number): Chaos {
  const deeds: Deed[] = [];
  let over = false;
  const done = (async () => {
    for (const { at, name, onlyFirst } of DEEDS) {
      while (progress() < at && !over) await sleep(LOOKS_EVERY_MS);
      if (over) return;
      if (onlyFirst === true && round !== 1) continue;
      if (carryOut(name, world)) deeds.push({ name, atMs: Date.now() });
    }
  })();
  return {
    deeds,
    end() {
      over = true;
      return done;
    },
  };
}

/** @returns false where there is nothing to do it to */
function carryOut(name: Deed['name'], world: SoakWorld): boolean {
  switch (name) {
    case 'reload':
      world.reload();
      return true;
    case 'broken reload':
      world.reloadBroken();
      return true;
    case 'token rotation':
      world.rotateToken();
      return true;
    case 'worker kill':
      return world.gateway.killWorker();
  }
}
