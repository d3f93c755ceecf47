/** Readers of the texts in /proc, see proc(5). */

/** USER_HZ, which Linux keeps at 100 on every architecture that Node runs on. */
const MICROS_PER_TICK = 10_000;

export interface ProcessStat {
  pid: number;
  parent: number;
  /** User and system time of all its threads, and of its children that are gone. */
  cpuMicros: number;
}

/** Reads /proc/PID/stat. The name in parentheses may hold anything, also spaces and parentheses. */
export function readProcessStat(text: string): ProcessStat {
  const nameEnd = text.lastIndexOf(')');
  const fields = text.slice(nameEnd + 2).split(' ');
  const [userTicks, systemTicks, childUserTicks, childSystemTicks] = fields.slice(11, 15).map(Number);
  return {
    pid: Number.parseInt(text, 10),
    parent: Number(fields[1]),
    cpuMicros: (userTicks! + systemTicks! + childUserTicks! + childSystemTicks!) * MICROS_PER_TICK,
  };
}

/** Busy microseconds of all cores since boot, from /proc/stat: all but idle and waiting for disks; stolen time counts as busy. */
export function readBusyMicros(text: string): number {
  const [, ...fields] = text.split('\n')[0]!.trim().split(/ +/);
  const [user = 0, nice = 0, system = 0, , , irq = 0, softIrq = 0, steal = 0] = fields.map(Number);
  return (user + nice + system + irq + softIrq + steal) * MICROS_PER_TICK;
}

/** `VmRSS` of /proc/PID/status, in KB; 0 for a process that has just ended. */
export function readResidentKb(text: string): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(text)?.[1] ?? 0);
}

/** A process and all that descend from it. */
export function descendantsOf(root: number, all: readonly Pick<ProcessStat, 'pid' | 'parent'>[]): number[] {
  const tree = [root];
  for (const pid of tree) tree.push(...all.filter(({ parent }) => parent === pid).map((each) => each.pid));
  return tree;
}
