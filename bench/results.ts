import { type BenchCase, isStreamed } from './cases.ts';
import type { LoadResult } from './measurements.ts';
import { median, medianOfPairs } from './statistics.ts';

/** One case on one variant in one round. */
export interface Run {
  caseName: string;
  variant: string;
  round: number;
  load: LoadResult;
  /** What the variant's processes used within the window; undefined for none. */
  cpuMicros: number | undefined;
  /** Cores that others used meanwhile. */
  foreignCores: number;
  /** Too many of them: counts only where there is nothing better. */
  noisy: boolean;
}

/** Resident memory in MB. */
export interface MemoryResult {
  variant: string;
  secure: boolean;
  idle: number;
  afterLoad: number;
  streams: number;
  whileOpen: number;
  afterwards: number;
  /** How much longer than the pace the gaps were, at p99. */
  lateMicros: number;
}

export interface ColdStart {
  livenessMs: number;
  modelsMs: number;
}

/** CPU of handling a body with nothing but JSON. */
interface JsonCost {
  caseName: string;
  round: number;
  /** One parse of the text and one stringify of what comes of it. */
  jsonMicros: number;
  /** The same from bytes and to bytes. */
  withBytesMicros: number;
}

export interface Results {
  takenAt: string;
  machine: { cpu: string; cores: number; kernel: string; node: string; pinned: boolean };
  rounds: number;
  quick: boolean;
  /** Cases that no goal hangs on were left out. */
  decisive: boolean;
  variants: { name: string; about: string }[];
  /** Variants, or cases of them, that could not be measured. */
  missing: { variant: string; caseName?: string; because: string }[];
  runs: Run[];
  memory: MemoryResult[];
  coldStarts: ColdStart[];
  jsonCosts: JsonCost[];
}

type Figure = (run: Run) => number | undefined;

/** CPU of one request of a unary case, of one event of a streamed one. */
export function costOf(bench: Pick<BenchCase, 'mode'>): Figure {
  return ({ cpuMicros, load }) => {
    const units = isStreamed(bench) ? load.events : load.requests;
    return cpuMicros === undefined || units === 0 ? undefined : cpuMicros / units;
  };
}

/** A figure of a variant by round: from quiet runs where there are any. */
function byRound({ runs }: Results, caseName: string, variant: string, figure: Figure): Map<number, number> {
  const all = runs.filter((run) => run.caseName === caseName && run.variant === variant);
  const quiet = all.filter(({ noisy }) => !noisy);
  const values = (quiet.length > 0 ? quiet : all).flatMap((run) => {
    const value = figure(run);
    return value === undefined ? [] : [[run.round, value] as const];
  });
  return new Map(values);
}

export function medianFigure(results: Results, caseName: string, variant: string, figure: Figure): number | undefined {
  return median([...byRound(results, caseName, variant, figure).values()]);
}

/** The median over rounds of one variant's figure divided by another's of the same round. */
export function ratio(
  results: Results,
  caseName: string,
  [variant, base]: readonly [string, string],
  figure: Figure,
): number | undefined {
  return compare(results, caseName, [variant, base], figure, (left, right) => left / right);
}

/** The median over rounds of one variant's figure less another's of the same round. */
export function difference(
  results: Results,
  caseName: string,
  [variant, base]: readonly [string, string],
  figure: Figure,
): number | undefined {
  return compare(results, caseName, [variant, base], figure, (left, right) => left - right);
}

function compare(
  results: Results,
  caseName: string,
  [variant, base]: readonly [string, string],
  figure: Figure,
  combine: (left: number, right: number) => number,
): number | undefined {
  return medianOfPairs(byRound(results, caseName, variant, figure), byRound(results, caseName, base, figure), combine);
}
