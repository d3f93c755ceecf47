// A process that does to the body of a case what no translation can do without: parse it and write it again.
import { type BenchCase, findCase } from './cases.ts';
import { bodyOf } from './prompts.ts';

export interface JsonCostReport {
  jsonMicros: number;
  withBytesMicros: number;
}

const TURNS = 150;

process.on('message', ({ caseName }: { caseName: string }) => {
  process.send?.(jsonCostOf(findCase(caseName)));
});
process.on('disconnect', () => process.exit());

function jsonCostOf(bench: BenchCase): JsonCostReport {
  const bytes = bodyOf(bench, '');
  const text = bytes.toString('utf8');
  const jsonOnly = () => JSON.stringify(JSON.parse(text));
  const withBytes = () => Buffer.from(JSON.stringify(JSON.parse(bytes.toString('utf8'))));
  // Once for the compilers, once for the clock.
  microsOf(jsonOnly);
  microsOf(withBytes);
  return { jsonMicros: microsOf(jsonOnly), withBytesMicros: microsOf(withBytes) };
}

/** CPU of all threads, so that the garbage collector's share is in it. */
function microsOf(work: () => unknown): number {
  const before = process.cpuUsage();
  for (let turn = 0; turn < TURNS; turn += 1) work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / TURNS;
}
