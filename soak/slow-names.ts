import { spawn } from 'node:child_process';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Below localhost, which alone may be called without TLS; glibc asks its name server for it. */
export const SLOW_NAME = 'cortex.localhost';
const SERVER = '127.53.53.53';
const SLOW_MS = 1_500;
/** One question in so many waits so long; the others are answered at once. */
const ONE_IN = 4;

export interface SlowNames {
  /** What a command is started with so that the system asks this server. */
  prefix: string[];
  close(): void;
}

/**
 * A name server of our own, and a mount namespace in which /etc/resolv.conf names it: what is slow then is the
 * system's own resolver, and the program knows nothing of it. Wants Linux and the rights of root.
 * @returns why there is none where it cannot be had
 */
export async function startSlowNames(folder: string): Promise<SlowNames | string> {
  const socket = createSocket('udp4');
  const close = () => socket.close();
  try {
    socket.bind(53, SERVER);
    await once(socket, 'listening');
  } catch (cause) {
    return `port 53 of ${SERVER} cannot be had (${(cause as NodeJS.ErrnoException).code})`;
  }
  const file = join(folder, 'resolv.conf');
  writeFileSync(file, `nameserver ${SERVER}\noptions timeout:5 attempts:2\n`);
  const mount = `mount --bind '${file}' /etc/resolv.conf && exec "$@"`;
  const prefix = ['unshare', '--mount', '--propagation', 'private', 'sh', '-c', mount, 'soak'];
  const questions = answerSlowly(socket);
  if ((await resolves(prefix)) && questions() > 0) return { prefix, close };
  close();
  return 'this machine does not let a mount namespace of its own have another /etc/resolv.conf, or its resolver does not heed it';
}

async function resolves([command, ...rest]: readonly string[]): Promise<boolean> {
  const script = `require('node:dns').lookup('${SLOW_NAME}', (error) => process.exit(error === null ? 0 : 1))`;
  const child = spawn(command!, [...rest, process.execPath, '-e', script], { stdio: 'ignore' });
  const ended = await Promise.race([once(child, 'exit'), once(child, 'error')]).catch(() => []);
  return ended[0] === 0;
}

/** @returns tells how many questions came */
function answerSlowly(socket: Socket): () => number {
  let count = 0;
  socket.on('message', (question, from) => {
    count += 1;
    const answer = answerTo(question);
    const send = () => socket.send(answer, from.port, from.address, () => undefined);
    setTimeout(send, count % ONE_IN === 0 ? SLOW_MS : 0).unref();
  });
  return () => count;
}

const TYPE_A = 1;
const HEADER_BYTES = 12;
const LOOPBACK = [127, 0, 0, 1];

/** The address 127.0.0.1 for every A question, nothing for others (RFC 1035, 4.1). */
export function answerTo(question: Buffer): Buffer {
  let nameEnd = HEADER_BYTES;
  while ((question[nameEnd] ?? 0) !== 0) nameEnd += question[nameEnd]! + 1;
  const asked = question.subarray(0, nameEnd + 5);
  const isAddress = question.readUInt16BE(nameEnd + 1) === TYPE_A;
  const header = Buffer.from(asked);
  // A response, recursion available, no error; one question, and no record beside the answer.
  header.writeUInt16BE(0x8180, 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(isAddress ? 1 : 0, 6);
  header.writeUInt32BE(0, 8);
  if (!isAddress) return header;
  // The name as a pointer to the question, type A, class IN, no time to live, four bytes.
  return Buffer.concat([header, Buffer.from([0xc0, HEADER_BYTES, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, ...LOOPBACK])]);
}
