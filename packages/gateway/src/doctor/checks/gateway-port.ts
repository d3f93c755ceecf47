import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { readMasterKey } from '../../config/home.ts';
import type { Settings } from '../../config/settings.ts';
import { toGatewayError } from '../../errors/error.ts';
import { isObject, parseJson } from '../../ir/json.ts';
import { readWhole } from '../../kit/pump.ts';
import type { Secret } from '../../kit/secret.ts';
import { createTransport, type Transport } from '../../upstream/transport.ts';
import type { Check, Finding } from '../check.ts';
import type { DoctorContext } from '../context.ts';

/** Whether the gateway could listen, or listens already and takes its key. */
export const gatewayPort: Check<DoctorContext> = {
  id: 'port',
  title: 'Gateway port',
  needs: [],
  async run(context) {
    const { server } = context.loaded.settings;
    const where = `${server.host}:${server.port}`;
    const code = await tryToListen(server);
    switch (code) {
      case undefined:
        return [{ status: 'ok', says: `${where} is free.` }];
      case 'EADDRINUSE':
        return [await askWhoListens(context, where)];
      case 'EACCES':
        return [failed(`This user may not listen on ${where}.`, `couloir serve --port ${HIGH_PORT}`)];
      default:
        return [failed(`Nobody can listen on ${where} (${code}).`, 'couloir serve --host 127.0.0.1')];
    }
  },
};

const HIGH_PORT = 4000;
const LONGEST_WAIT_MS = 5_000;
const MOST_BYTES = 4 * 1024 * 1024;

async function tryToListen({ host, port }: Settings['server']): Promise<string | undefined> {
  const server = createServer();
  try {
    server.listen(port, host);
    await once(server, 'listening');
    return undefined;
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code ?? 'unknown';
  } finally {
    server.close();
  }
}

async function askWhoListens(context: DoctorContext, where: string): Promise<Finding> {
  const { tls, port } = context.loaded.settings.server;
  const transport = tls === undefined ? context.transport : createTransport({ ca: readFileSync(tls.certFile, 'utf8') });
  try {
    const live = await get('/health/liveliness', context, transport);
    if (live.body !== "I'm alive!") return taken(where, port);
    const key = context.loaded.settings.masterKey ?? keptKey(context);
    if (key === undefined) return { status: 'ok', says: `A gateway answers on ${where}.` };
    const models = await get('/v1/models', context, transport, { authorization: `Bearer ${key.reveal()}` });
    if (models.status === 401) {
      return failed(
        `The gateway on ${where} has another key than this configuration.`,
        'Restart couloir serve, or stop the other one.',
      );
    }
    const count = isObject(models.body) && Array.isArray(models.body.data) ? models.body.data.length : 0;
    return { status: 'ok', says: `A gateway answers on ${where} and lists ${count} models.` };
  } catch (cause) {
    const { upstream } = toGatewayError(cause).detail;
    if (/CERT|TLS|SIGNED/.test(upstream?.code ?? '')) {
      const says = `${where} is taken by a server whose certificate is not that of the configuration for this address.`;
      return { status: 'warning', says, remedy: `lsof -i :${port}` };
    }
    return taken(where, port);
  } finally {
    if (transport !== context.transport) await transport.close();
  }
}

/** A key file that is open to others is told by the check of files. */
function keptKey({ home }: DoctorContext): Secret | undefined {
  try {
    return readMasterKey(home);
  } catch {
    return undefined;
  }
}

function taken(where: string, port: number): Finding {
  return failed(
    `${where} is taken by a program that is no gateway.`,
    `lsof -i :${port}, or couloir serve --port ${port + 1}`,
  );
}

function failed(says: string, remedy: string): Finding {
  return { status: 'failed', says, remedy };
}

async function get(
  path: string,
  { loaded, signal }: DoctorContext,
  transport: Transport,
  headers: Record<string, string> = {},
): Promise<{ status: number; body: unknown }> {
  const { host, port, tls } = loaded.settings.server;
  const reachable = { '0.0.0.0': '127.0.0.1', '::': '[::1]' }[host] ?? (host.includes(':') ? `[${host}]` : host);
  const reply = await transport.call({
    method: 'GET',
    url: `${tls === undefined ? 'http' : 'https'}://${reachable}:${port}${path}`,
    headers,
    signal,
    firstByteMs: LONGEST_WAIT_MS,
    idleMs: LONGEST_WAIT_MS,
  });
  const text = (await readWhole(reply.body, MOST_BYTES, signal)).toString('utf8');
  return { status: reply.status, body: parseJson(text) };
}
