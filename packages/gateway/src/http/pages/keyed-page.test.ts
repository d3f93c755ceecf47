import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { expect, it } from 'vitest';
import { fakeClock } from '../../../test/support/fake-clock.ts';
import { GatewayError } from '../../errors/error.ts';
import { createRepeatGuard } from '../../policy/repeat-guard.ts';
import { keyedPages } from './keyed-page.ts';

const clock = fakeClock();

/** A page that fails unless it is asked for /good, and how long each call of it took. */
function scene() {
  const deps = {
    clock,
    repeats: createRepeatGuard(() => clock.now()),
    identify(credential: string | undefined) {
      if (credential !== 'sk-test') throw new GatewayError('unauthenticated', 'Who are you?');
      return { id: 'master' };
    },
  };
  const { page } = keyedPages(
    {
      page({ request }) {
        if (request.url !== '/good') throw new GatewayError('invalid-request', 'No.');
      },
    },
    deps,
  );
  return async (url: string, { body = '', key = 'sk-test', method = 'POST' } = {}): Promise<number> => {
    const request = new IncomingMessage(new Socket());
    Object.assign(request, { url, method, complete: true, headers: { 'x-api-key': key } });
    request.push(body === '' ? null : body);
    if (body !== '') request.push(null);
    const beganAt = clock.now();
    let over = false;
    const done = Promise.resolve(page({ request, response: new ServerResponse(request), params: {} })).then(
      () => (over = true),
      () => (over = true),
    );
    while (!over) {
      await new Promise((resolve) => setImmediate(resolve));
      if (!over) await clock.advance(100);
    }
    await done;
    return clock.now() - beganAt;
  };
}

it('the same failing request waits longer each time, from the fourth on', async () => {
  const call = scene();
  const waits: number[] = [];
  for (let turn = 0; turn < 6; turn += 1) waits.push(await call('/bad', { body: '{}' }));
  expect(waits.map((ms) => Math.floor(ms / 1000))).toEqual([0, 0, 0, 1, 2, 4]);
});

it('another path, query, method or body is another request; success and strangers are never slowed', async () => {
  const call = scene();
  for (let turn = 0; turn < 3; turn += 1) await call('/bad');
  const others = [
    await call('/worse'),
    await call('/bad?limit=1'),
    await call('/bad', { method: 'GET' }),
    await call('/bad', { body: '{}' }),
  ];
  for (let turn = 0; turn < 6; turn += 1) others.push(await call('/good'), await call('/bad', { key: 'sk-stranger' }));
  expect(others.every((ms) => ms < 1000)).toBe(true);
});
