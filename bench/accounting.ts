/** What the kernel has booked for processes and for the machine. */
import { readFileSync, readdirSync } from 'node:fs';
import { type ProcessStat, descendantsOf, readBusyMicros, readProcessStat, readResidentKb } from './process-stat.ts';

/** The processes of a variant as one: its root and every descendant. */
export interface ProcessTree {
  cpuMicros(): number;
  residentKb(): number;
}

/** Looks once for the descendants: what starts later is not in it. */
export function processTree(root: number): ProcessTree {
  const pids = descendantsOf(root, allProcesses());
  const sum = (read: (pid: number) => number) => pids.reduce((total, pid) => total + read(pid), 0);
  return {
    cpuMicros: () => sum((pid) => statOf(pid)?.cpuMicros ?? 0),
    residentKb: () => sum((pid) => readResidentKb(readIfThere(`/proc/${pid}/status`) ?? '')),
  };
}

export function machineBusyMicros(): number {
  return readBusyMicros(readFileSync('/proc/stat', 'utf8'));
}

function allProcesses(): ProcessStat[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map((pid) => statOf(Number(pid))).filter((stat) => stat !== undefined);
}

function statOf(pid: number): ProcessStat | undefined {
  const text = readIfThere(`/proc/${pid}/stat`);
  return text === undefined ? undefined : readProcessStat(text);
}

/** A process may end between being listed and being read. */
function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH') return undefined;
    throw cause;
  }
}
