import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { pump, readWhole } from './pump.ts';

const text = { push: (bytes: Uint8Array) => [Buffer.from(bytes).toString()], end: () => ['|end'] };

describe('pump', () => {
  it('passes chunks in order, then the end', async () => {
    const heard: string[] = [];
    await pump(
      Readable.from([Buffer.from('a'), Buffer.from('b')]),
      text,
      (pieces) => void heard.push(...pieces),
      new AbortController().signal,
    );
    expect(heard).toEqual(['a', 'b', '|end']);
  });

  it('reads no further while the client is slow', async () => {
    let read = 0;
    const body = new Readable({
      highWaterMark: 1,
      read() {
        read += 1;
        this.push(read > 50 ? null : Buffer.from('x'));
      },
    });
    const slow = Promise.withResolvers<void>();
    const done = pump(body, text, () => slow.promise, new AbortController().signal);
    await new Promise((resolve) => setImmediate(resolve));
    expect(read).toBeLessThan(5);
    slow.resolve();
    await done;
    expect(read).toBeGreaterThan(50);
  });

  it('ends with the reason of the signal and closes the body, also while the client is slow', async () => {
    const cancel = new AbortController();
    const body = new Readable({ read() {} });
    body.push(Buffer.from('a'));
    const gone = new Error('client left');
    const done = pump(
      body,
      text,
      () => new Promise<void>((_, reject) => cancel.signal.addEventListener('abort', () => reject(gone))),
      cancel.signal,
    );
    await new Promise((resolve) => setImmediate(resolve));
    cancel.abort(gone);
    await expect(done).rejects.toBe(gone);
    expect(body.destroyed).toBe(true);
  });

  it('does not call a broken body an end', async () => {
    const heard: string[] = [];
    const body = new Readable({ read() {} });
    body.push(Buffer.from('a'));
    const done = pump(body, text, (pieces) => void heard.push(...pieces), new AbortController().signal);
    await new Promise((resolve) => setImmediate(resolve));
    body.destroy(new Error('ECONNRESET'));
    await expect(done).rejects.toThrow('ECONNRESET');
    expect(heard).toEqual(['a']);
  });
});

it('readWhole stops soon after its limit', async () => {
  const endless = Readable.from(
    (function* () {
      for (;;) yield Buffer.alloc(10);
    })(),
  );
  const bytes = await readWhole(endless, 25, new AbortController().signal);
  expect(bytes.length).toBe(30);
  expect(endless.destroyed).toBe(true);
});
