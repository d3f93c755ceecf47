/** `npm run bench`: see docs/performance.md. */
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, release, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { systemClock } from '../packages/gateway/src/kit/clock.ts';
import { measureBesideSandbox } from './beside-sandbox.ts';
import { forkBenchChild } from './bench-child.ts';
import { BenchWorld } from './bench-world.ts';
import { CASES, type BenchCase } from './cases.ts';
import { renderChart } from './chart.ts';
import type { FunctionTime } from './cpu-profile.ts';
import { measureColdStart } from './cold-start.ts';
import { CAN_PIN, PROXY_CORE, pinThisProcess } from './cores.ts';
import { judge } from './goals.ts';
import type { JsonCostReport } from './json-cost.ts';
import { measureMemory } from './memory.ts';
import { type BenchOptions, readOptions, USAGE } from './options.ts';
import { profileCase } from './profile.ts';
import { waitForQuiet } from './quiet.ts';
import { renderMarkdown, renderTerminal } from './report.ts';
import type { Results } from './results.ts';
import { type Contestant, runRounds } from './rounds.ts';
import { commandPeer } from './variants/command-peer.ts';
import { couloir, couloirBare, couloirWorkers } from './variants/couloir.ts';
import { direct } from './variants/direct.ts';
import { nginx } from './variants/nginx.ts';
import { portkey, portkeyAsShipped } from './variants/portkey.ts';
import { Unavailable, type Variant } from './variants/variant.ts';

interface Extent {
  rounds: number;
  window: { warmUpMs: number; forMs: number };
  memory: { loadMs: number; watchMs: number; releaseMs: number };
  coldStarts: number;
  patienceMs: number;
}

const FULL: Extent = {
  rounds: 3,
  window: { warmUpMs: 500, forMs: 2_000 },
  memory: { loadMs: 4_000, watchMs: 8_000, releaseMs: 20_000 },
  coldStarts: 7,
  patienceMs: 15_000,
};
const QUICK: Extent = {
  rounds: 1,
  window: { warmUpMs: 250, forMs: 700 },
  memory: { loadMs: 800, watchMs: 1_500, releaseMs: 3_000 },
  coldStarts: 3,
  patienceMs: 0,
};
/** Code that the compilers have not been through yet is not what a profile is about. */
const PROFILED: Pick<Extent, 'window'> = { window: { warmUpMs: 3_000, forMs: 5_000 } };
const JSON_CASES = ['chat-to-claude-200kb-unary', 'messages-to-gpt-200kb-unary'];
const SHOWN_FUNCTIONS = 30;
const DOCS = resolve(import.meta.dirname, '../docs');
const CHART = 'performance.svg';

const options = readOptions(process.argv.slice(2));
if (options.help) console.log(USAGE);
else process.exitCode = await bench(options);

async function bench({ profile, ...rest }: BenchOptions): Promise<number> {
  if (process.platform !== 'linux') {
    console.error('The bench reads the CPU of processes from /proc, which only Linux has.');
    return 1;
  }
  pinThisProcess();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1));
  const world = await BenchWorld.create();
  try {
    return await (profile ? runProfiles(world, rest) : runAll(world, rest));
  } finally {
    world.close();
  }
}

async function runAll(world: BenchWorld, asked: Omit<BenchOptions, 'profile'>): Promise<number> {
  const extent = asked.quick ? QUICK : FULL;
  const rounds = asked.rounds ?? extent.rounds;
  const cases = casesOf(asked);
  const results = emptyResults(rounds, asked);
  const contestants = await startAll(world, variantsOf(asked), results);
  const { window, patienceMs } = extent;
  try {
    await runRounds(world, contestants, { cases, rounds, window, patienceMs, tell: console.log }, results);
  } finally {
    await Promise.all(contestants.map(({ running }) => running.stop()));
  }
  const measured = contestants.map(({ variant }) => variant).filter(({ name }) => wantsMemory(name, asked.quick));
  if (asked.cases.length === 0) await runStages(world, measured, rounds, extent, results);

  console.log(renderTerminal(results));
  await tellBesideSandbox(world);
  if (asked.json !== undefined) writeFileSync(asked.json, `${JSON.stringify(results, null, 2)}\n`);
  if (asked.write) {
    writeFileSync(resolve(DOCS, 'performance.md'), renderMarkdown(results, CHART));
    writeFileSync(resolve(DOCS, CHART), renderChart(results));
  }
  const missed = judge(results).filter(({ verdict }) => verdict === 'not met');
  console.log(`\n${missed.length} goals are not met.`);
  const broken = results.missing.some(({ variant, caseName }) => variant === couloir.name && caseName !== undefined);
  return broken ? 1 : 0;
}

/** What is measured in processes of their own, one after another. */
async function runStages(
  world: BenchWorld,
  variants: readonly Variant[],
  rounds: number,
  { memory, coldStarts, patienceMs }: Extent,
  results: Results,
): Promise<void> {
  const { quick } = results;
  const json = forkBenchChild(new URL('json-cost.ts', import.meta.url), PROXY_CORE);
  for (let round = 1; round <= rounds; round += 1) {
    for (const caseName of JSON_CASES) {
      if (patienceMs > 0) await waitForQuiet(patienceMs);
      json.send({ caseName });
      results.jsonCosts.push({ caseName, round, ...((await json.next()) as JsonCostReport) });
    }
  }
  json.stop();
  for (let turn = 0; turn < coldStarts && variants.includes(couloir); turn += 1) {
    if (patienceMs > 0) await waitForQuiet(patienceMs);
    results.coldStarts.push(await measureColdStart(world));
  }
  for (const variant of variants) {
    for (const secure of quick ? [false] : [false, true]) {
      console.log(`memory of ${variant.name}${secure ? ' with a TLS upstream' : ''}`);
      try {
        const measured = await measureMemory(world, variant, secure, memory);
        if (measured !== undefined) results.memory.push(measured);
      } catch (cause) {
        const because = cause instanceof Error ? cause.message : String(cause);
        results.missing.push({ variant: variant.name, caseName: 'memory', because });
      }
    }
  }
}

/** What anybody can check at home: no other server is needed than our own. */
async function tellBesideSandbox(world: BenchWorld): Promise<void> {
  console.log('\nOne request through the gateway beside the same one to the sandbox itself, in turns, p50');
  for (const { caseName, ratio } of await measureBesideSandbox(world)) {
    console.log(`${caseName.padEnd(20)} ${ratio.toFixed(2)}×`);
  }
}

async function runProfiles(world: BenchWorld, asked: Omit<BenchOptions, 'profile'>): Promise<number> {
  const { window } = asked.quick ? QUICK : PROFILED;
  const folder = join(tmpdir(), 'couloir-bench-profiles');
  for (const each of casesOf(asked)) {
    const { file, functions } = await profileCase(world, each, window, folder);
    console.log(`\n${each.name}: ${file}\n\nby time in the function itself`);
    printFunctions(functions, (time) => time.self);
    console.log('\nof our source, by time in the function and in what it called');
    printFunctions(
      functions.filter(({ place }) => place.includes('packages/gateway/src/')),
      (time) => time.total,
    );
  }
  return 0;
}

function printFunctions(functions: readonly FunctionTime[], share: (time: FunctionTime) => number): void {
  const shown = functions.toSorted((left, right) => share(right) - share(left)).slice(0, SHOWN_FUNCTIONS);
  for (const time of shown) console.log(`${(share(time) * 100).toFixed(1).padStart(6)} %  ${time.place}`);
}

async function startAll(world: BenchWorld, variants: readonly Variant[], results: Results): Promise<Contestant[]> {
  const contestants: Contestant[] = [];
  for (const variant of variants) {
    try {
      contestants.push({ variant, running: await world.start(variant) });
      results.variants.push({ name: variant.name, about: variant.about });
    } catch (cause) {
      if (!(cause instanceof Unavailable)) throw cause;
      console.log(`${variant.name} is not measured: ${cause.message}`);
      results.missing.push({ variant: variant.name, because: cause.message });
    }
  }
  return contestants;
}

/** Those with these very names, else all that have a part of theirs. */
function casesOf({ quick, decisive, cases }: Pick<BenchOptions, 'quick' | 'decisive' | 'cases'>): BenchCase[] {
  const named = CASES.filter(({ name }) => cases.includes(name));
  if (named.length > 0) return named;
  if (cases.length > 0) return CASES.filter(({ name }) => cases.some((part) => name.includes(part)));
  return quick || decisive ? CASES.filter((each) => each.decisive) : CASES;
}

/** Direct and nginx are always among them: everything is told against one of the two. */
function variantsOf({ variants, litellm, bifrost }: Pick<BenchOptions, 'variants' | 'litellm' | 'bifrost'>): Variant[] {
  const others = [
    couloir,
    couloirBare,
    couloirWorkers,
    portkey,
    portkeyAsShipped,
    ...(litellm === undefined ? [] : [commandPeer('litellm', litellm)]),
    ...(bifrost === undefined ? [] : [commandPeer('bifrost', bifrost)]),
  ];
  const wanted = others.filter(({ name }) => variants.length === 0 || variants.includes(name));
  return [direct, nginx, ...wanted];
}

function wantsMemory(name: string, quick: boolean): boolean {
  if (quick) return name === couloir.name;
  return ![direct, couloirBare, couloirWorkers, portkeyAsShipped].some((each) => each.name === name);
}

function emptyResults(rounds: number, { quick, decisive }: Pick<BenchOptions, 'quick' | 'decisive'>): Results {
  const machine = {
    cpu: /^model name\s*: (.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1] ?? cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    kernel: release(),
    node: process.versions.node,
    pinned: CAN_PIN,
  };
  return {
    takenAt: new Date(systemClock.now()).toISOString(),
    machine,
    rounds,
    quick,
    decisive,
    variants: [],
    missing: [],
    runs: [],
    memory: [],
    coldStarts: [],
    jsonCosts: [],
  };
}
