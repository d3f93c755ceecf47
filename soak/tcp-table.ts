/** One line of /proc/net/tcp, see proc_net_tcp in the kernel's documentation. */
interface Connection {
  inode: string;
  /** `4000 to 51234, established`: ports of this side and the other. */
  name: string;
}

const STATES: Readonly<Record<string, string>> = { '01': 'established', '08': 'left by the other side' };
const LISTENS = '0A';

/** Connections that a process holds; the sockets that listen are none. */
export function readConnections(text: string): Connection[] {
  return text
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const [, local = '', remote = '', state = '', , , , , , inode] = line.trim().split(/ +/);
      if (inode === undefined || inode === '0' || state === LISTENS) return [];
      return [{ inode, name: `${portOf(local)} to ${portOf(remote)}, ${STATES[state] ?? `state ${state}`}` }];
    });
}

function portOf(address: string): number {
  return Number.parseInt(address.split(':')[1] ?? '', 16);
}
