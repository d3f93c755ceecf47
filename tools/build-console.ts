// Builds packages/console into packages/gateway/dist/console, which the gateway serves.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const OUTPUT = join(root, 'packages/gateway/dist/console/index.html');
/** tools/ensure.cjs has the same list. */
const INPUTS = ['packages/console', 'packages/sdk/src', 'tools/build-console.ts', 'node_modules/.package-lock.json'];

/** Does nothing when the console is newer than all it is made from: loading Vite alone takes longer than the gateway's build. */
export async function buildConsole(): Promise<void> {
  if (Math.max(...INPUTS.map((place) => newestIn(join(root, place)))) <= newestIn(OUTPUT)) return;
  const { build } = await import('vite');
  await build({ configFile: join(root, 'packages/console/vite.config.ts'), logLevel: 'warn' });
}

/** Folders count too: their time tells of a file that was removed. */
function newestIn(place: string): number {
  if (!existsSync(place)) return 0;
  const stats = statSync(place);
  if (!stats.isDirectory()) return stats.mtimeMs;
  const inside = readdirSync(place).filter((name) => name !== 'node_modules');
  return Math.max(stats.mtimeMs, ...inside.map((name) => newestIn(join(place, name))));
}
