// Planned faults that leave the answer as it is and spoil its delivery, and the mix of everything.
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { JsonObject } from '../../src/ir/json.ts';
import { type CortexSandbox, createCortexSandbox, parseFault, type SandboxOptions } from '../../src/sandbox/index.ts';
import { fakeClock } from '../support/fake-clock.ts';
import { at, chat, CHAT_PATH, dataOf, parse, post } from './calls.ts';

const open: CortexSandbox[] = [];
afterEach(() => Promise.all(open.splice(0).map((sandbox) => sandbox.close())));

async function start(faults: string[], options: SandboxOptions = {}): Promise<CortexSandbox> {
  const sandbox = await createCortexSandbox({ ...options, faults: faults.map(parseFault) });
  open.push(sandbox);
  return sandbox;
}

const asks = (extra: JsonObject = {}): JsonObject => ({
  model: 'claude-sonnet-4-6',
  messages: [{ role: 'user', content: 'sandbox> say one two three four' }],
  ...extra,
});
const STREAM = { stream: true };
/** Four pieces, one empty chunk, `[DONE]`. */
const EVENTS = 6;

/** What came before the connection broke. */
async function received(sandbox: CortexSandbox, body: JsonObject): Promise<string> {
  const response = await fetch(sandbox.url + CHAT_PATH, {
    method: 'POST',
    headers: { authorization: 'Bearer sandbox-test', 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  let text = '';
  const decoder = new TextDecoder();
  try {
    for await (const piece of (response.body ?? []) as AsyncIterable<Uint8Array>) {
      text += decoder.decode(piece, { stream: true });
    }
  } catch {
    return text;
  }
  throw new Error('The answer is whole.');
}

describe('cut', () => {
  test('behind so many events', async () => {
    const sandbox = await start(['cut=2']);
    expect(dataOf(await received(sandbox, asks(STREAM)))).toHaveLength(2);
    await vi.waitUntil(() => sandbox.openRequests === 0, { interval: 1 });
    expect(sandbox.requests[0]).toMatchObject({ fault: 'cut', ending: 'cut', status: 200, tokens: { output: 5 } });
  });

  test('never behind the last, however many are asked for', async () => {
    const sandbox = await start(['cut=99']);
    const events = dataOf(await received(sandbox, asks(STREAM)));
    expect(events).toHaveLength(EVENTS - 1);
    expect(events).not.toContain('[DONE]');
  });

  test('somewhere else each time, unless said', async () => {
    const sandbox = await start(['cut']);
    const lengths = new Set<number>();
    for (let count = 0; count < 20; count += 1) {
      const text = await received(sandbox, asks(STREAM));
      lengths.add(text === '' ? 0 : dataOf(text).length);
    }
    expect(lengths.size).toBeGreaterThan(2);
    expect(Math.max(...lengths)).toBeLessThan(EVENTS);
  });

  test('in the middle of an answer that is not streamed', async () => {
    const text = await received(await start(['cut']), asks());
    expect(text.startsWith('{"choices":')).toBe(true);
    expect(() => parse(text)).toThrow(SyntaxError);
  });

  test('a refusal is none to cut', async () => {
    const sandbox = await start(['cut']);
    expect((await chat(sandbox.url, asks({ max_tokens: 5 }))).status).toBe(400);
    expect(sandbox.requests[0]).not.toHaveProperty('fault');
  });
});

describe('silence', () => {
  /** Every silence of a sandbox in which time flies. */
  async function silencesOf(fault: string, body: JsonObject): Promise<number[]> {
    const silences: number[] = [];
    const sleep = (ms: number) => {
      silences.push(ms);
      return Promise.resolve();
    };
    const sandbox = await start([fault], { clock: { ...fakeClock(), sleep } });
    expect((await chat(sandbox.url, body)).status).toBe(200);
    expect(sandbox.requests[0]?.fault).toBe(/^[a-z-]+/.exec(fault)?.[0]);
    return silences;
  }

  test.each<[string, JsonObject, number[]]>([
    ['stall=2s', STREAM, [2_000]],
    ['stall=2s', {}, [2_000]],
    ['stall', STREAM, [30_000]],
    ['stall-midway=1.5s', STREAM, [1_500]],
    ['stall-midway=1.5s', {}, [1_500]],
    ['pace=10ms', STREAM, Array.from({ length: EVENTS - 1 }, () => 10)],
  ])('%s with %j', async (fault, extra, silences) => {
    expect(await silencesOf(fault, asks(extra))).toEqual(silences);
  });
});

describe('the mix', () => {
  test('is of every kind, as often as it is asked for, and the same for the same seed', async () => {
    const run = async () => {
      const sandbox = await start(['50%:mixed=1ms'], { seed: 'mix' });
      for (let count = 0; count < 200; count += 1) await chat(sandbox.url, asks(STREAM)).catch(() => undefined);
      await vi.waitUntil(() => sandbox.openRequests === 0, { interval: 1 });
      return sandbox.requests.map(({ fault }) => fault);
    };
    const faults = await run();
    const befallen = faults.filter((fault) => fault !== undefined);
    expect(befallen.length).toBeGreaterThan(75);
    expect(befallen.length).toBeLessThan(125);
    expect([...new Set(befallen)].toSorted()).toEqual([
      '390318',
      '429',
      '503',
      'cut',
      'empty',
      'garbage',
      'reset',
      'stall',
      'stall-midway',
      'stream-error',
      'unfinished',
    ]);
    expect(await run()).toEqual(faults);
  });
});

describe('how they are written', () => {
  test.each(['5%:stall=2s', '1.5%:cut@llama3.1-8b', '100%:mixed=500ms', '2%:cut=3@claude-sonnet-4-6'])(
    '%s',
    async (fault) => {
      const sandbox = await start([]);
      const state = await post(sandbox.url, '/sandbox/faults', { faults: [fault] }, {});
      expect(at(parse(state.text), 'faults')).toEqual([fault]);
    },
  );

  test.each([
    ['cut=2s', '"cut" takes a number of events, like cut=3.'],
    ['stall=2', '"stall" takes a duration, like stall=2s.'],
    ['mixed=much', '"mixed=much" is no fault.'],
    ['503=2s', 'The fault "503" takes no value; stall, stall-midway, pace, cut and mixed do.'],
  ])('%s makes no sense', (text, message) => {
    expect(() => parseFault(text)).toThrow(message);
  });
});
