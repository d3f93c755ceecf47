import { getHeapStatistics } from 'node:v8';

/** How much memory there is and how much of it this process holds: a dependency, so that tests can be short of it. */
export interface Memory {
  /** What the process holds of the machine's memory. */
  residentBytes(): number;
  /** What it may hold: of the container where there is one, else of the machine. */
  totalBytes(): number;
  /** How much of V8's heap is in use, with what is not yet collected: 1 is where V8 ends the process, whatever the machine has left. */
  heapShare(): number;
}

export const systemMemory: Memory = {
  residentBytes: () => process.memoryUsage.rss(),
  totalBytes() {
    const machine = process.availableMemory() + process.memoryUsage.rss();
    // Without a limit the number is absurdly large, or 0.
    const constrained = process.constrainedMemory();
    return constrained > 0 && constrained < machine ? constrained : machine;
  },
  heapShare() {
    const { used_heap_size: used, heap_size_limit: limit } = getHeapStatistics();
    return used / limit;
  },
};
