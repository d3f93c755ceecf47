// The models that an account lists: asked for in the background, merged into what is served.
import { once } from 'node:events';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { catalogueDeployments } from '../../src/config/catalogue-deployments.ts';
import { isObject, type JsonObject, parseObject } from '../../src/ir/json.ts';
import { Secret } from '../../src/kit/secret.ts';
import { type CortexSandbox, createCortexSandbox } from '../../src/sandbox/index.ts';
import { resolveDeployment } from '../../src/upstream/deployment.ts';
import { cortexKnowledge } from '../../src/upstream/knowledge.ts';
import type { LiveCatalogue } from '../../src/upstream/live-catalogue.ts';
import { watchLiveModels } from '../../src/upstream/live-watch.ts';
import { fetchLiveModels } from '../../src/upstream/live-models.ts';
import type { TokenSource } from '../../src/upstream/tokens/source.ts';
import { createTransport, type Transport } from '../../src/upstream/transport.ts';
import { eventually, type RunningCouloir, sandboxAccount, startCouloir } from '../support/couloir.ts';
import { type FakeClock, fakeClock } from '../support/fake-clock.ts';

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).toReversed()) await one.close();
});

function tokensOf(token: string): TokenSource {
  return {
    headersFor: async () => ({ authorization: `Bearer ${token}` }),
    invalidate: () => false,
    learnClock: () => undefined,
  };
}

interface Listing {
  url: string;
  /** How often the list was asked for. */
  asked: () => number;
  /** The models that were asked, in order. */
  models: unknown[];
}

/** Snowflake with a list of models of its own; it answers for each of them as the sandbox does for Sonnet 4.6. */
async function startListing(sandbox: CortexSandbox, list: () => unknown): Promise<Listing> {
  let asked = 0;
  const models: unknown[] = [];
  const server: Server = createServer((incoming, outgoing) => {
    if (incoming.url === '/api/v2/cortex/models') {
      asked += 1;
      const body = list();
      if (body === undefined) return void outgoing.writeHead(500).end('{"message":"internal error"}');
      outgoing.writeHead(200, { 'content-type': 'application/json' });
      return void outgoing.end(JSON.stringify(body));
    }
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const body = parseObject(Buffer.concat(chunks).toString('utf8')) ?? {};
      models.push(body.model);
      const text = JSON.stringify({ ...body, model: 'claude-sonnet-4-6' });
      const headers = { ...incoming.headers, 'content-length': Buffer.byteLength(text) };
      request(sandbox.url + incoming.url, { method: 'POST', headers }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(outgoing);
      }).end(text);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  open.push({
    close() {
      server.closeAllConnections();
      server.close();
    },
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked: () => asked, models };
}

describe('the list', () => {
  let transport: Transport;
  let sandbox: CortexSandbox;
  beforeEach(async () => {
    transport = createTransport();
    sandbox = await createCortexSandbox({ account: { modelsAllowlist: 'claude-sonnet-4-6,llama3.1-8b' } });
    open.push(transport, sandbox);
  });

  const fetchFrom = (url: string, token = 'sandbox-test') =>
    fetchLiveModels({
      url: `${url}/api/v2/cortex/models`,
      tokens: tokensOf(token),
      transport,
      userAgent: 'couloir/test',
      signal: new AbortController().signal,
    });

  test('is a GET with a body: what the account allows', async () => {
    expect(await fetchFrom(sandbox.url)).toEqual(['claude-sonnet-4-6', 'llama3.1-8b']);
  });

  test('a refusal is told', async () => {
    await expect(fetchFrom(sandbox.url, 'wrong')).rejects.toMatchObject({ kind: 'upstream-refused-us' });
  });

  test.each([
    [{ models: ['CLAUDE-SONNET-4-6', 'OPENAI-1P-GPT-5.6-LUNA'] }, ['claude-sonnet-4-6', 'openai-gpt-5.6-luna']],
    [{ models: [{ name: 'llama3.1-8b' }, 'llama3.1-8b', 7] }, ['llama3.1-8b']],
  ])('%j', async (body, names) => {
    const { url } = await startListing(sandbox, () => body);
    expect(await fetchFrom(url)).toEqual(names);
  });

  test('what is no list is no answer', async () => {
    const { url } = await startListing(sandbox, () => ({ hello: 'there' }));
    await expect(fetchFrom(url)).rejects.toMatchObject({ kind: 'upstream-broken' });
  });
});

describe('asked for in the background', () => {
  let clock: FakeClock;
  let changes: LiveCatalogue[];
  let warnings: string[];

  /** Watches one account whose list is whatever `list` gives when it is asked. */
  async function watch(list: () => unknown): Promise<{ asked: () => number; stop: () => void }> {
    clock = fakeClock();
    changes = [];
    warnings = [];
    const sandbox = await createCortexSandbox();
    const transport = createTransport();
    open.push(transport, sandbox);
    const { url, asked } = await startListing(sandbox, list);
    const credential = { kind: 'snowflake-token', token: new Secret('sandbox-test') } as const;
    const { deployments } = catalogueDeployments({ base: { apiBase: url }, credential }, cortexKnowledge);
    const tokens = tokensOf('sandbox-test');
    const stop = watchLiveModels({
      deployments: deployments.map((one) => resolveDeployment(one, () => tokens)),
      transport,
      clock,
      userAgent: 'couloir/test',
      warn: (message) => warnings.push(message),
      onChange: (live) => changes.push(live),
    });
    open.push({ close: stop });
    return { asked, stop };
  }
  const added = () => changes.map(({ deployments }) => deployments.map(({ model }) => model));

  test('every ten minutes, and told when it is another', async () => {
    let models = ['claude-sonnet-4-6', 'claude-new-1'];
    const { asked } = await watch(() => ({ models }));
    await eventually(() => changes.length === 1);
    await clock.advance(10 * 60_000);
    await eventually(() => asked() === 2);
    models = ['claude-sonnet-4-6', 'claude-new-2'];
    // While one question is under way no second one is asked.
    await eventually(() => {
      void clock.advance(10 * 60_000);
      return changes.length === 2;
    });
    expect(added()).toEqual([['claude-new-1'], ['claude-new-2']]);
    expect(warnings).toEqual([]);
  });

  test('an account that does not tell any more keeps what it told, and one warning says so', async () => {
    let models: string[] | undefined = ['claude-sonnet-4-6', 'claude-new-1'];
    const { asked } = await watch(() => (models === undefined ? undefined : { models }));
    await eventually(() => changes.length === 1);
    models = undefined;
    for (const times of [2, 3, 4]) {
      await eventually(() => {
        void clock.advance(10 * 60_000);
        return asked() >= times;
      });
    }
    expect(added()).toEqual([['claude-new-1']]);
    expect(warnings).toEqual([
      expect.stringMatching(
        /^127\.0\.0\.1:\d+ did not tell which models it has; the catalogue is served as it is\. Snowflake said: internal error/,
      ),
    ]);
  });

  test('nothing is asked after the end, and what comes late changes nothing', async () => {
    const { asked, stop } = await watch(() => ({ models: ['claude-sonnet-4-6'] }));
    stop();
    await clock.advance(60 * 60_000);
    expect(asked()).toBeLessThanOrEqual(1);
    expect([changes, warnings]).toEqual([[], []]);
  });
});

describe('the program without a list of models', () => {
  let couloir: RunningCouloir;
  const headers = () => ({ authorization: `Bearer ${couloir.key}`, 'content-type': 'application/json' });
  const listed = async () => {
    const answer = await fetch(`${couloir.url}/v1/models`, { headers: headers() });
    const { data } = (await answer.json()) as { data: { id: string; capabilities: JsonObject }[] };
    return new Map(data.map(({ id, capabilities }) => [id, capabilities]));
  };
  const ask = async (model: string) => {
    const body = JSON.stringify({ model, messages: [{ role: 'user', content: 'sandbox> say Here I am.' }] });
    const answer = await fetch(`${couloir.url}/v1/chat/completions`, { method: 'POST', headers: headers(), body });
    return { status: answer.status, text: await answer.text() };
  };

  async function start(list: () => unknown): Promise<Listing> {
    const sandbox = await createCortexSandbox();
    const listing = await startListing(sandbox, list);
    couloir = await startCouloir({ env: sandboxAccount(listing.url) });
    open.push(sandbox, { close: () => couloir.stop() });
    return listing;
  }

  test('serves what only the account knows, lists what it lists, and calls all the same what it does not list', async () => {
    const account = await start(() => ({ models: ['claude-sonnet-4-6', 'claude-tomorrow-1', 'llama3.1-8b'] }));
    await eventually(() => couloir.output().includes('claude-tomorrow-1'));
    const models = await listed();
    expect([...models.keys()].filter((name) => !name.startsWith('cortex-'))).toEqual([
      'claude-sonnet-4-6',
      'llama3.1-8b',
      // The list has no embedding models, and so says nothing of them.
      'snowflake-arctic-embed-m-v1.5',
      'snowflake-arctic-embed-m',
      'e5-base-v2',
      'snowflake-arctic-embed-l-v2.0',
      'claude-tomorrow-1',
    ]);
    expect(models.get('cortex-tomorrow-1')).toMatchObject({ family: 'claude', assumed: true });
    expect(models.get('claude-sonnet-4-6')).not.toHaveProperty('assumed');
    for (const model of ['claude-tomorrow-1', 'cortex-tomorrow-1', 'claude-opus-5']) {
      const { status, text } = await ask(model);
      expect({ status, content: contentOf(text) }).toEqual({ status: 200, content: 'Here I am.' });
    }
    expect(account.models).toEqual(['claude-tomorrow-1', 'claude-tomorrow-1', 'claude-opus-5']);
    const unknown = await ask('claude-yesterday-1');
    expect(unknown.status).toBe(404);
    expect(unknown.text).toMatch(
      /The model \\"claude-yesterday-1\\" is not served here\. Snowflake's own list of the account's models does not have it either\./,
    );
  });

  test('starts and answers while the account keeps its list to itself', async () => {
    const { asked } = await start(() => undefined);
    expect((await ask('claude-sonnet-4-6')).status).toBe(200);
    await eventually(() => couloir.output().includes('did not tell which models it has'));
    expect((await listed()).has('claude-opus-5')).toBe(true);
    expect(asked()).toBe(1);
  });
});

function contentOf(text: string): unknown {
  const [choice] = (JSON.parse(text) as { choices: { message: JsonObject }[] }).choices;
  return isObject(choice?.message) ? choice.message.content : undefined;
}
