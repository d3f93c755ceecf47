import type { Memory } from '../../kit/memory.ts';

interface MemoryPressureOptions {
  /** Milliseconds. */
  now: () => number;
  memory: Memory;
  /** Resident memory above which no new work is taken, asked anew each time; a share of what there is when absent. */
  maxResidentBytes?: () => number | undefined;
}

const SAMPLE_EVERY_MS = 250;
/** The rest is for the work that runs, and for the other processes of the machine. */
const SHARE_OF_MEMORY = 0.8;
const SHARE_OF_HEAP = 0.9;
/** Pressure ends somewhat below where it began, so that it does not flicker. */
const RELIEF = 0.95;

/** Tells whether memory is short: the resident memory of the process, or V8's heap. Looks at most four times a second. */
export function createMemoryPressure({ now, memory, maxResidentBytes }: MemoryPressureOptions): () => boolean {
  const ownMost = memory.totalBytes() * SHARE_OF_MEMORY;
  let sampledAtMs = -Infinity;
  let isShort = false;
  return () => {
    const nowMs = now();
    if (nowMs - sampledAtMs < SAMPLE_EVERY_MS) return isShort;
    sampledAtMs = nowMs;
    const most = maxResidentBytes?.() ?? ownMost;
    const load = Math.max(memory.residentBytes() / most, memory.heapShare() / SHARE_OF_HEAP);
    isShort = load >= (isShort ? RELIEF : 1);
    return isShort;
  };
}
