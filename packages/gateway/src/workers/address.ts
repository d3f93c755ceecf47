import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import type { RunnableSettings } from '../generation.ts';

/** Where workers listen: the same place for all of them, and for those that replace them, whatever a reload says. */
interface Address {
  host: string;
  port: number;
}

/**
 * Finds out that the port is free, or which one is. Each worker then listens for itself, so the system would not tell
 * that another program has it.
 * @throws Node's error for a port that is taken, or an address that is not this machine's
 */
export async function claimAddress({ host, port }: Address): Promise<Address> {
  const server = createServer();
  server.listen({ host, port, exclusive: true });
  await once(server, 'listening');
  const claimed = (server.address() as AddressInfo).port;
  server.close();
  await once(server, 'close');
  return { host, port: claimed };
}

export function listeningAt(settings: RunnableSettings, { host, port }: Address): RunnableSettings {
  return { ...settings, server: { ...settings.server, host, port } };
}
