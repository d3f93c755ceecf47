import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CortexSandbox, createCortexSandbox } from '../../src/sandbox/index.ts';
import { type RunningCouloir, sandboxAccount, startCouloir } from '../support/couloir.ts';
import { post, textOf } from '../support/raw-http.ts';

interface Span {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: number;
  status: { code?: number };
  attributes: { key: string; value: Record<string, unknown> }[];
}

let sandbox: CortexSandbox;
let collector: Server;
let couloir: RunningCouloir;
const received: { path: string; team: unknown; spans: Span[] }[] = [];

beforeAll(async () => {
  sandbox = await createCortexSandbox();
  collector = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString()) as {
        resourceSpans: { scopeSpans: { spans: Span[] }[] }[];
      };
      const spans = body.resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans));
      received.push({ path: request.url ?? '', team: request.headers['x-team'], spans });
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
  const { port } = collector.address() as AddressInfo;
  couloir = await startCouloir({
    env: {
      ...sandboxAccount(sandbox.url),
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
      OTEL_EXPORTER_OTLP_HEADERS: 'x-team=plat%20form',
    },
  });
});

afterAll(async () => {
  collector.close();
  await sandbox.close();
});

it('an exchange is a span with its attempts inside, in the words of the GenAI conventions', async () => {
  const body = {
    model: 'claude-sonnet-4-6',
    messages: [{ role: 'user', content: 'sandbox> fail 503 x1\nsandbox> say Hi\nsandbox> usage input=12 output=3' }],
  };
  const trace = '0af7651916cd43dd8448eb211c80319c';
  const headers = { authorization: `Bearer ${couloir.key}`, traceparent: `00-${trace}-b7ad6b7169203331-01` };
  await textOf(await post(`${couloir.url}/v1/chat/completions`, JSON.stringify(body), headers).response);
  const sent = sandbox.requests
    .filter(({ method }) => method === 'POST')
    .map((request) => request.headers['traceparent']);
  // What is not sent yet is sent on the way out.
  await couloir.stop();

  expect(received.map(({ path, team }) => [path, team])).toEqual([['/v1/traces', 'plat form']]);
  const spans = received.flatMap((one) => one.spans);
  const server = spans.find(({ kind }) => kind === 2)!;
  const clients = spans.filter(({ kind }) => kind === 3);
  expect(server).toMatchObject({ traceId: trace, parentSpanId: 'b7ad6b7169203331', name: 'POST /v1/chat/completions' });
  expect(clients.map(({ name, parentSpanId }) => [name, parentSpanId])).toEqual([
    ['chat claude-sonnet-4-6', server.spanId],
    ['chat claude-sonnet-4-6', server.spanId],
  ]);
  expect(clients.map(({ status }) => status.code ?? 0)).toEqual([2, 0]);
  expect(sent).toEqual(clients.map(({ spanId }) => `00-${trace}-${spanId}-01`));
  const attributes = Object.fromEntries(server.attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
  expect(attributes).toMatchObject({
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'snowflake.cortex',
    'gen_ai.request.model': 'claude-sonnet-4-6',
    'gen_ai.usage.input_tokens': 12,
    'gen_ai.usage.output_tokens': 3,
    'couloir.attempts': 2,
  });
});

describe('how spans end', () => {
  const chat = (lines: string[], more: object = {}) => ({
    model: 'claude-sonnet-4-6',
    messages: [{ role: 'user', content: lines.map((line) => `sandbox> ${line}`).join('\n') }],
    ...more,
  });

  /** The spans of what `work` does, as they stand in the collector when the gateway has stopped. */
  async function spansOf(work: (url: string, headers: Record<string, string>) => Promise<void>): Promise<Told[]> {
    received.length = 0;
    const { port } = collector.address() as AddressInfo;
    const traced = await startCouloir({
      env: { ...sandboxAccount(sandbox.url), OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` },
    });
    await work(traced.url, { authorization: `Bearer ${traced.key}` });
    await traced.stop();
    return received.flatMap(({ spans }) => spans).map(tell);
  }

  interface Told extends Record<string, unknown> {
    kind: number;
    failed: boolean;
  }

  function tell({ kind, status, attributes }: Span): Told {
    const told = attributes.map(({ key, value }) => [key, Object.values(value)[0]]);
    return { kind, failed: status.code === 2, ...Object.fromEntries(told) };
  }

  const server = (spans: Told[]) => spans.filter(({ kind }) => kind === 2);
  const client = (spans: Told[]) => spans.filter(({ kind }) => kind === 3);

  it('what a client did wrong is no failed span of the server, but one of the attempt', async () => {
    const spans = await spansOf(async (url, headers) => {
      await textOf(await post(`${url}/v1/chat/completions`, JSON.stringify(chat(['fail 400'])), headers).response);
    });
    expect(server(spans)).toMatchObject([
      { failed: false, 'error.type': 'invalid-request', 'http.response.status_code': 400 },
    ]);
    expect(client(spans)).toMatchObject([
      { failed: true, 'error.type': 'invalid-request', 'http.response.status_code': 400 },
    ]);
  });

  it('an attempt that got no answer has no status, whatever the one before had', async () => {
    const spans = await spansOf(async (url, headers) => {
      const body = chat(['fail 503 x1', 'fail reset x1', 'say Hi', 'usage input=5 output=1'], { stream: true });
      await textOf(await post(`${url}/v1/chat/completions`, JSON.stringify(body), headers).response);
    });
    expect(client(spans).map((span) => [span['http.response.status_code'], span['error.type'], span.failed])).toEqual([
      [503, 'upstream-overloaded', true],
      [undefined, 'upstream-broken', true],
      [200, undefined, false],
    ]);
    expect(client(spans).at(-1)).toMatchObject({
      'gen_ai.provider.name': 'snowflake.cortex',
      'gen_ai.usage.input_tokens': 5,
      'gen_ai.usage.output_tokens': 1,
    });
    expect(server(spans)).toMatchObject([{ failed: false, 'gen_ai.response.finish_reasons': expect.anything() }]);
  });

  it('a client that leaves has ended it, and nobody has failed; a stream that breaks has', async () => {
    const spans = await spansOf(async (url, headers) => {
      const leaving = await post(
        `${url}/v1/chat/completions`,
        JSON.stringify(chat(['pace 20ms', 'repeat 400 word'], { stream: true })),
        headers,
      ).response;
      await new Promise((resolve) => leaving.once('data', resolve));
      leaving.destroy();
      const cut = JSON.stringify(chat(['repeat 40 word', 'cut after 9'], { stream: true }));
      await textOf(await post(`${url}/v1/chat/completions`, cut, headers).response);
    });
    const ends = (some: Told[]) => some.map((span) => `${String(span['error.type'])} failed: ${span.failed}`).sort();
    expect(ends(server(spans))).toEqual(['client-left failed: false', 'upstream-broken failed: true']);
    expect(ends(client(spans))).toEqual(ends(server(spans)));
  });

  it('embeddings are traced as everything is', async () => {
    const spans = await spansOf(async (url, headers) => {
      const body = { model: 'snowflake-arctic-embed-l-v2.0', input: ['a', 'b'] };
      await textOf(await post(`${url}/v1/embeddings`, JSON.stringify(body), headers).response);
    });
    const what = { 'gen_ai.operation.name': 'embeddings', 'gen_ai.request.model': 'snowflake-arctic-embed-l-v2.0' };
    expect(server(spans)).toMatchObject([what]);
    expect(client(spans)).toMatchObject([{ ...what, 'http.response.status_code': 200 }]);
    expect(sandbox.requests.at(-1)!.headers['traceparent']).toMatch(/^00-/);
  });

  it('a collector that is not there spoils no end', async () => {
    const alone = await startCouloir({
      env: { ...sandboxAccount(sandbox.url), OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' },
    });
    const headers = { authorization: `Bearer ${alone.key}` };
    await textOf(await post(`${alone.url}/v1/chat/completions`, JSON.stringify(chat(['say Hi'])), headers).response);
    expect(await alone.stop()).toBe(0);
  });
});
