import { describe, expect, it } from 'vitest';
import type { ByteReader } from '../kit/byte-source.ts';
import { UpstreamAnswer } from './upstream-answer.ts';

/** A call with everything that is said about it, in order, by both sides. */
function scene() {
  const said: string[] = [];
  const cancel = new AbortController();
  const flow = {
    pause: () => void said.push('pause'),
    resume: () => void said.push('resume'),
    abort: () => void said.push('abort'),
  };
  const answer = new UpstreamAnswer(
    cancel.signal,
    (status) => said.push(`answered ${status}`),
    (cause) => said.push(`failed: ${(cause as Error).message}`),
  );
  /** Reads; each chunk keeps the reader busy as long as `waits` says. */
  const read = (waits: (Promise<void> | undefined)[] = []) => {
    const reader: ByteReader = {
      take(bytes) {
        said.push(Buffer.from(bytes).toString());
        return waits.shift();
      },
      end: () => void said.push('end'),
      fail: (cause) => void said.push(`broken: ${(cause as Error).message}`),
    };
    answer.readInto(reader);
  };
  const begin = (status = 200) => {
    answer.onFlow(flow);
    answer.onHead(status, {});
  };
  const data = (text: string) => answer.onBody(Buffer.from(text));
  return { said, cancel, flow, answer, read, begin, data };
}

describe('the body of an answer', () => {
  it('waits for its reader without a pause when it is small', () => {
    const { said, answer, read, begin, data } = scene();
    begin();
    data('a');
    data('b');
    answer.onEnd();
    read();
    expect(said).toEqual(['answered 200', 'a', 'b', 'end']);
  });

  it('is held back by a pause when nobody reads 64 KiB of it', () => {
    const { said, begin, data } = scene();
    begin();
    data('x'.repeat(64 * 1024 - 1));
    expect(said).toEqual(['answered 200']);
    data('x');
    expect(said).toEqual(['answered 200', 'pause']);
  });

  it('stops while its reader is busy and goes on in order, with what came all the same', async () => {
    const { said, answer, read, begin, data } = scene();
    const busy = Promise.withResolvers<void>();
    begin();
    read([busy.promise]);
    data('a');
    data('b');
    answer.onEnd();
    expect(said).toEqual(['answered 200', 'resume', 'a', 'pause']);
    busy.resolve();
    await busy.promise;
    await Promise.resolve();
    expect(said.slice(4)).toEqual(['b', 'end']);
  });

  it('resumes when its reader is free again and nothing has come', async () => {
    const { said, read, begin, data } = scene();
    const busy = Promise.withResolvers<void>();
    begin();
    read([busy.promise]);
    data('a');
    busy.resolve();
    await busy.promise;
    await Promise.resolve();
    expect(said.slice(3)).toEqual(['pause', 'resume']);
  });

  it('gives what had arrived before it says that it broke off', () => {
    const { said, answer, read, begin, data } = scene();
    begin();
    data('a');
    answer.onError(new Error('ECONNRESET'));
    read();
    expect(said).toEqual(['answered 200', 'a', 'broken: ECONNRESET']);
  });

  it('closes its connection when it is given up before its end, and not after', () => {
    const early = scene();
    early.begin();
    early.answer.destroy();
    early.data('a');
    early.answer.onEnd();
    expect(early.said).toEqual(['answered 200', 'abort']);

    const late = scene();
    late.begin();
    late.data('a');
    late.answer.onEnd();
    late.answer.destroy();
    expect(late.said).toEqual(['answered 200']);
  });
});

describe('a call', () => {
  it('fails with what went wrong before there was an answer', () => {
    const { said, flow, answer } = scene();
    answer.onFlow(flow);
    answer.onError(new Error('ECONNREFUSED'));
    expect(said).toEqual(['failed: ECONNREFUSED']);
  });

  it('that is cancelled while there is no connection yet is never sent', () => {
    const { said, cancel, flow, answer } = scene();
    cancel.abort(new Error('client left'));
    expect(said).toEqual(['failed: client left']);
    answer.onFlow(flow);
    expect(said).toEqual(['failed: client left', 'abort']);
  });

  it('that is cancelled amid its answer breaks off at once, whatever is unread', () => {
    const { said, cancel, answer, read, begin, data } = scene();
    begin();
    read([new Promise<void>(() => undefined)]);
    data('a');
    data('b');
    cancel.abort(new Error('client left'));
    answer.onError(new Error('aborted'));
    expect(said.slice(4)).toEqual(['abort', 'broken: client left']);
  });

  it('that is cancelled before its answer is read tells the reader so', () => {
    const { said, cancel, read, begin, data } = scene();
    begin();
    data('a');
    cancel.abort(new Error('too late'));
    read();
    expect(said).toEqual(['answered 200', 'abort', 'broken: too late']);
  });
});
