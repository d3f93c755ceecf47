/** The gateway of the examined configuration, where one runs. */
import { readFileSync } from 'node:fs';
import { readMasterKey } from '../config/home.ts';
import { type JsonObject, parseJson } from '../ir/json.ts';
import { readWhole } from '../kit/pump.ts';
import { reachableHost } from '../kit/reachable-host.ts';
import type { Secret } from '../kit/secret.ts';
import { createTransport } from '../upstream/transport.ts';
import type { DoctorContext } from './context.ts';

export interface OwnGateway {
  /** Host and port, for people. */
  where: string;
  /** The key that it takes by the configuration; undefined where none is known yet. */
  key: Secret | undefined;
  /**
   * One call, with the key where there is one and `keyed` says so; a POST where there is a body.
   * @throws GatewayError when there is no answer
   */
  call: (path: string, options?: { keyed?: boolean; body?: JsonObject }) => Promise<{ status: number; body: unknown }>;
}

const LONGEST_WAIT_MS = 30_000;
const MOST_BYTES = 4 * 1024 * 1024;

/** Hands the gateway to `look`. Its certificate may be signed by nobody but itself: the configuration knows it. */
export async function withOwnGateway<T>(context: DoctorContext, look: (gateway: OwnGateway) => Promise<T>): Promise<T> {
  const { settings } = context.loaded;
  const { host, port, tls } = settings.server;
  const transport = tls === undefined ? context.transport : createTransport({ ca: readFileSync(tls.certFile, 'utf8') });
  const key = settings.masterKey ?? keptKey(context);
  const gateway: OwnGateway = {
    where: `${host}:${port}`,
    key,
    async call(path, { keyed = false, body } = {}) {
      const reply = await transport.call({
        method: body === undefined ? 'GET' : 'POST',
        url: `${tls === undefined ? 'http' : 'https'}://${reachableHost(host)}:${port}${path}`,
        headers: {
          ...(keyed && key !== undefined ? { authorization: `Bearer ${key.reveal()}` } : {}),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: context.signal,
        firstByteMs: LONGEST_WAIT_MS,
        idleMs: LONGEST_WAIT_MS,
      });
      const text = (await readWhole(reply.body, MOST_BYTES, context.signal)).toString('utf8');
      return { status: reply.status, body: parseJson(text) };
    },
  };
  try {
    return await look(gateway);
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
