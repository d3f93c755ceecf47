import { expect, it } from 'vitest';
import { readConnections } from './tcp-table.ts';

const TABLE = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:0FA0 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 111 1 0000000000000000 100 0 0 10 0
   1: 0100007F:0FA0 0100007F:C822 01 00000000:00000000 00:00000000 00000000     0        0 222 1 0000000000000000 20 4 30 10 -1
   2: 0100007F:C824 0100007F:0FAA 08 00000000:00000000 00:00000000 00000000     0        0 333 1 0000000000000000 20 4 30 10 -1
   3: 0100007F:C826 0100007F:0FAA 06 00000000:00000000 03:00000000 00000000     0        0 0 3 0000000000000000
`;

it('reads the connections, without sockets that listen and those that nobody holds any more', () => {
  expect(readConnections(TABLE)).toEqual([
    { inode: '222', name: '4000 to 51234, established' },
    { inode: '333', name: '51236 to 4010, left by the other side' },
  ]);
});
