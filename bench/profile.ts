import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BenchWorld } from './bench-world.ts';
import type { BenchCase } from './cases.ts';
import { nowNanos } from './clock.ts';
import { type CpuProfile, type FunctionTime, functionTimes } from './cpu-profile.ts';
import { type Window, measure } from './measure.ts';
import { profiledCouloir } from './variants/couloir.ts';

const ROOT = resolve(import.meta.dirname, '..');

/** Runs one case under V8's profiler. What is told is the time within the window; the file holds the program's start too. */
export async function profileCase(
  world: BenchWorld,
  bench: BenchCase,
  window: Window,
  folder: string,
): Promise<{ file: string; functions: FunctionTime[] }> {
  const running = await world.start(profiledCouloir(folder));
  const before = new Set(profilesIn(folder));
  let fromMicros = 0;
  let toMicros = 0;
  try {
    const target = running.target(bench);
    if (target === undefined) throw new Error(`${bench.name} cannot be profiled`);
    await measure(world, bench, target, running.pid, window, () => (fromMicros = nowNanos() / 1_000));
    toMicros = fromMicros + window.forMs * 1_000;
  } finally {
    await running.stop();
  }
  const written = profilesIn(folder).find((name) => !before.has(name));
  if (written === undefined) throw new Error('the program wrote no profile when it was stopped');
  const file = join(folder, written);
  const profile = JSON.parse(readFileSync(file, 'utf8')) as CpuProfile;
  return { file, functions: functionTimes(profile, createLocator(), { fromMicros, toMicros }) };
}

function profilesIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.cpuprofile')) : [];
}

/** Looks places of the bundle up in its source maps. */
function createLocator(): Parameters<typeof functionTimes>[1] {
  const maps = new Map<string, SourceMap | undefined>();
  return ({ url, lineNumber, columnNumber }) => {
    if (!url.startsWith('file:')) return undefined;
    const file = fileURLToPath(url);
    if (!maps.has(file)) maps.set(file, readMap(`${file}.map`));
    const entry = maps.get(file)?.findEntry(lineNumber, columnNumber);
    if (entry === undefined || !('originalSource' in entry)) return undefined;
    const source = relative(ROOT, resolve(file, '..', entry.originalSource));
    return `${source.replace(/^.*node_modules\//, '')}:${entry.originalLine + 1}`;
  };
}

function readMap(file: string): SourceMap | undefined {
  if (!existsSync(file)) return undefined;
  return new SourceMap(JSON.parse(readFileSync(file, 'utf8')) as ConstructorParameters<typeof SourceMap>[0]);
}
