import { once } from 'node:events';
import type { Server } from 'node:http';
import { Server as Listener } from 'node:net';
import { GatewayError } from '../errors/error.ts';
import type { Clock } from '../kit/clock.ts';
import type { RunningExchanges } from './running.ts';

export interface DrainTimes {
  /** Balancers are given so long to see that readiness says no; requests are taken until then. */
  delayMs: number;
  /** Running answers are given so long to end. */
  timeoutMs: number;
}

/** Connections become idle one after another: they are closed this often. */
const SWEEP_MS = 50;
/** How long those that were cut have to say so, and whoever has no exchange to end what it is at. */
const LAST_WORDS_MS = 1_000;

interface Drained {
  server: Server;
  running: RunningExchanges;
  clock: Pick<Clock, 'sleep' | 'after' | 'every'>;
  /** Called when what comes on open connections is to be refused, too. */
  stopTaking: () => void;
}

/**
 * Takes no more and lets what runs come to its end, or to an honest error. Connections stay open as long as anything
 * runs, so that whoever sends a request on one is told why it is refused.
 * Resolves when every exchange is settled and every connection closed.
 */
export async function drainServer(
  { server, running, clock, stopTaking }: Drained,
  { delayMs, timeoutMs }: DrainTimes,
): Promise<void> {
  if (delayMs > 0) await clock.sleep(delayMs);
  stopTaking();
  const closed = once(server, 'close');
  // The HTTP server's own `close` would also close connections that are idle just now.
  Listener.prototype.close.call(server);
  const stopWaiting = clock.after(timeoutMs, () => {
    running.cancel(
      new GatewayError(
        'shutting-down',
        'The gateway is shutting down and could not wait for the end of this answer. Try again: another instance may answer.',
      ),
    );
    clock.after(LAST_WORDS_MS, () => server.closeAllConnections());
  });
  await running.settled();
  server.closeIdleConnections();
  const stopSweeping = clock.every(SWEEP_MS, () => server.closeIdleConnections());
  const stopLast = clock.after(LAST_WORDS_MS, () => server.closeAllConnections());
  await closed;
  for (const stop of [stopWaiting, stopSweeping, stopLast]) stop();
  // Ends the watch over slow requests.
  server.close();
}
