import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Settings } from '../../config/settings.ts';
import { toGatewayError } from '../../errors/error.ts';
import { isObject } from '../../ir/json.ts';
import type { Check, Finding } from '../check.ts';
import type { DoctorContext } from '../context.ts';
import { type OwnGateway, withOwnGateway } from '../own-gateway.ts';

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
        return [await askWhoListens(context, server.port)];
      case 'EACCES':
        return [failed(`This user may not listen on ${where}.`, `couloir serve --port ${HIGH_PORT}`)];
      default:
        return [failed(`Nobody can listen on ${where} (${code}).`, 'couloir serve --host 127.0.0.1')];
    }
  },
};

const HIGH_PORT = 4000;

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

function askWhoListens(context: DoctorContext, port: number): Promise<Finding> {
  return withOwnGateway(context, async (gateway) => {
    try {
      return await greet(gateway, port);
    } catch (cause) {
      const { upstream } = toGatewayError(cause).detail;
      if (!/CERT|TLS|SIGNED/.test(upstream?.code ?? '')) return taken(gateway.where, port);
      const says = `${gateway.where} is taken by a server whose certificate is not that of the configuration for this address.`;
      return { status: 'warning', says, remedy: `lsof -i :${port}` };
    }
  });
}

async function greet({ where, key, call }: OwnGateway, port: number): Promise<Finding> {
  if (!(await isGateway({ call }))) return taken(where, port);
  if (key === undefined) return { status: 'ok', says: `A gateway answers on ${where}.` };
  const models = await call('/v1/models', { keyed: true });
  if (models.status === 401) {
    return failed(
      `The gateway on ${where} has another key than this configuration.`,
      'Restart couloir serve, or stop the other one.',
    );
  }
  const count = isObject(models.body) && Array.isArray(models.body.data) ? models.body.data.length : 0;
  return { status: 'ok', says: `A gateway answers on ${where} and lists ${count} models.` };
}

/** Whether it is one of ours that answers. */
export async function isGateway({ call }: Pick<OwnGateway, 'call'>): Promise<boolean> {
  return (await call('/health/liveliness')).body === "I'm alive!";
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
