import { execFileSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, readFileSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { LogDestination } from './log-destination.ts';

let folder: string;
let opened: number[];
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'couloir-log-'));
  opened = [];
});
afterEach(() => {
  for (const descriptor of opened) closeSync(descriptor);
  rmSync(folder, { recursive: true, force: true });
});

const open = (file: string, flags: number) => {
  const descriptor = openSync(file, flags, 0o600);
  opened.push(descriptor);
  return descriptor;
};

it('the lines of a turn are in the file when it is over, or as soon as somebody insists', async () => {
  const file = path.join(folder, 'log');
  const destination = new LogDestination(open(file, constants.O_CREAT | constants.O_WRONLY | constants.O_APPEND));
  destination.write('one\n');
  destination.write('two\n');
  expect(readFileSync(file, 'utf8')).toBe('');
  await nextTurn();
  expect(readFileSync(file, 'utf8')).toBe('one\ntwo\n');
  destination.write('three\n');
  destination.flushSync();
  expect(readFileSync(file, 'utf8')).toBe('one\ntwo\nthree\n');
});

it('when nobody reads a pipe any more, its lines are nobody’s trouble', async () => {
  const pipe = path.join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  const reader = openSync(pipe, constants.O_RDONLY | constants.O_NONBLOCK);
  const destination = new LogDestination(open(pipe, constants.O_WRONLY));
  closeSync(reader);
  for (let count = 0; count < 3; count += 1) {
    destination.write('lost\n');
    await nextTurn();
  }
  expect(() => destination.flushSync()).not.toThrow();
});

/** What a pipe holds now. */
function drain(descriptor: number): Buffer {
  const pieces: Buffer[] = [];
  for (;;) {
    const piece = Buffer.alloc(65_536);
    try {
      const length = readSync(descriptor, piece);
      if (length === 0) return Buffer.concat(pieces);
      pieces.push(piece.subarray(0, length));
    } catch {
      return Buffer.concat(pieces);
    }
  }
}

const line = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 0, max: 900 }).map((length) => `${'x'.repeat(length)}\n`) },
  { weight: 2, arbitrary: fc.integer({ min: 1_000, max: 30_000 }).map((length) => `${'é€'.repeat(length)}\n`) },
);

it('whoever reads slowly holds nobody up, and has every line in its place', { timeout: 60_000 }, async () => {
  const pipe = path.join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  const reader = open(pipe, constants.O_RDONLY | constants.O_NONBLOCK);
  const destination = new LogDestination(open(pipe, constants.O_WRONLY));
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(line, fc.constantFrom('same turn', 'next turn', 'read')), {
        maxLength: 200,
        size: 'max',
      }),
      async (steps) => {
        const read: Buffer[] = [];
        let expectedBytes = 0;
        for (const [text, then] of steps) {
          destination.write(text);
          expectedBytes += Buffer.byteLength(text);
          if (then !== 'same turn') await nextTurn();
          if (then === 'read') read.push(drain(reader));
        }
        while (Buffer.concat(read).length < expectedBytes) {
          await nextTurn();
          read.push(drain(reader));
        }
        expect(Buffer.concat(read).toString('utf8')).toBe(steps.map(([text]) => text).join(''));
      },
    ),
    { numRuns: 30 },
  );
});
