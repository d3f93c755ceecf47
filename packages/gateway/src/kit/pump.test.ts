import { describe, expect, it } from 'vitest';
import { type ByteReader, type ByteSource, sourceOf } from './byte-source.ts';
import { pump, readWhole } from './pump.ts';

const text = { push: (bytes: Uint8Array) => [Buffer.from(bytes).toString()], end: () => ['|end'] };
const patient = new AbortController().signal;

/** Says what it is told to say, when it is told so. */
class Spoken implements ByteSource {
  reader!: ByteReader;
  destroyed = false;

  readInto(reader: ByteReader): void {
    this.reader = reader;
  }

  destroy(): void {
    this.destroyed = true;
  }
}

describe('pump', () => {
  it('passes chunks in order, then the end', async () => {
    const heard: string[] = [];
    const body = new Spoken();
    const done = pump(body, text, (pieces) => void heard.push(...pieces), patient);
    for (const piece of ['a', 'b']) expect(body.reader.take(Buffer.from(piece))).toBeUndefined();
    body.reader.end();
    await done;
    expect(heard).toEqual(['a', 'b', '|end']);
  });

  it('lets the source wait while the client is slow, also for its last words', async () => {
    const slow = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const waits = slow.map(({ promise }) => promise);
    const body = new Spoken();
    let over = false;
    const done = pump(body, text, () => waits.shift(), patient).then(() => (over = true));
    const waiting = body.reader.take(Buffer.from('a'));
    expect(waiting).toBeInstanceOf(Promise);
    slow[0]!.resolve();
    await waiting;
    body.reader.end();
    await Promise.resolve();
    expect(over).toBe(false);
    slow[1]!.resolve();
    await done;
  });

  it('ends with the reason of the signal and closes the body, also while the client is slow', async () => {
    const cancel = new AbortController();
    const body = new Spoken();
    const gone = new Error('client left');
    const untilGone = () =>
      new Promise<void>((_, reject) => cancel.signal.addEventListener('abort', () => reject(new Error('no drain'))));
    const done = pump(body, text, untilGone, cancel.signal);
    const waiting = body.reader.take(Buffer.from('a'));
    cancel.abort(gone);
    await expect(done).rejects.toBe(gone);
    await expect(waiting).resolves.toBeUndefined();
    expect(body.destroyed).toBe(true);
  });

  it('closes the body and throws what was thrown on the way', async () => {
    const body = new Spoken();
    const refused = new Error('an error event');
    const done = pump(
      body,
      text,
      () => {
        throw refused;
      },
      patient,
    );
    void body.reader.take(Buffer.from('a'));
    await expect(done).rejects.toBe(refused);
    expect(body.destroyed).toBe(true);
  });

  it('does not call a broken body an end', async () => {
    const heard: string[] = [];
    const body = new Spoken();
    const done = pump(body, text, (pieces) => void heard.push(...pieces), patient);
    void body.reader.take(Buffer.from('a'));
    body.reader.fail(new Error('ECONNRESET'));
    await expect(done).rejects.toThrow('ECONNRESET');
    expect(heard).toEqual(['a']);
  });
});

describe('readWhole', () => {
  it('collects what comes', async () => {
    const body = new Spoken();
    const whole = readWhole(body, 25, patient);
    for (const piece of ['a', 'bc']) void body.reader.take(Buffer.from(piece));
    body.reader.end();
    expect((await whole).toString()).toBe('abc');
    expect((await readWhole(sourceOf(Buffer.from('d')), 25, patient)).toString()).toBe('d');
  });

  it('stops soon after its limit', async () => {
    const body = new Spoken();
    const whole = readWhole(body, 25, patient);
    for (let piece = 0; piece < 3; piece += 1) void body.reader.take(Buffer.alloc(10));
    expect((await whole).length).toBe(30);
    expect(body.destroyed).toBe(true);
  });
});
