import { describe, expect, it } from 'vitest';
import { fakeClock } from '../../test/support/fake-clock.ts';
import type { Reply } from './reply.ts';
import { StreamOut, createKeepAlive } from './stream-out.ts';

const COMMENT = ': keep-alive\n\n';

function scene() {
  const clock = fakeClock();
  const wire: string[] = [];
  let started = false;
  const reply: Reply = {
    get started() {
      return started;
    },
    json: () => wire.push('json'),
    startStream(headers) {
      started = true;
      wire.push(`200 ${headers.mark}`);
    },
    write(chunk) {
      wire.push(String(chunk));
      return true;
    },
    drained: () => Promise.resolve(),
    cutOff: () => undefined,
    end: () => wire.push('end'),
  };
  const stream = new StreamOut(reply, () => ({ mark: 'headers' }), clock, COMMENT, 300_000);
  createKeepAlive(clock).watch(stream);
  return { clock, wire, stream, signal: new AbortController().signal };
}

describe('a stream begins', () => {
  it('with its first content', async () => {
    const { wire, stream, signal, clock } = scene();
    await clock.advance(900);
    expect(wire).toEqual([]);
    await stream.send([{ data: '1' }, { event: 'x', data: '2' }], signal);
    expect(wire).toEqual(['200 headers', 'data: 1\n\nevent: x\ndata: 2\n\n']);
  });

  it('within about a second once the upstream has accepted', async () => {
    const { wire, stream, clock } = scene();
    stream.accepted();
    await clock.advance(1_000);
    expect(wire).toEqual(['200 headers', COMMENT]);
  });

  it('after ten seconds at the latest, and then never falls silent for longer', async () => {
    const { wire, clock } = scene();
    await clock.advance(9_999);
    expect(wire).toEqual([]);
    await clock.advance(1);
    expect(wire).toEqual(['200 headers', COMMENT]);
    await clock.advance(20_000);
    expect(wire).toEqual(['200 headers', COMMENT, COMMENT, COMMENT]);
  });
});

it('content counts as life: the next comment comes ten seconds after it', async () => {
  const { wire, stream, signal, clock } = scene();
  await clock.advance(5_000);
  await stream.send([{ data: '1' }], signal);
  await clock.advance(9_000);
  expect(wire.filter((chunk) => chunk === COMMENT)).toHaveLength(0);
  await clock.advance(1_000);
  expect(wire.at(-1)).toBe(COMMENT);
});

it('bytes are written as they are', async () => {
  const { wire, stream, signal } = scene();
  await stream.send([Buffer.from('data: raw\n\n')], signal);
  expect(wire).toEqual(['200 headers', 'data: raw\n\n']);
});
