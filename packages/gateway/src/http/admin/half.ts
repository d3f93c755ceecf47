import type { Status } from '@couloir/sdk';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AdminApp } from './app.ts';
import type { AdminWorld } from './world.ts';

/** The other half of the listener: the admin API and the console, on Fastify. */
export interface AdminHalf {
  /** Whether a request is this half's. `path` as `pathOf` gives it. */
  takes(request: IncomingMessage, path: string): boolean;
  serve(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** This process's own, for another one that is asked for that of all. */
  readStatus(): Promise<Status>;
  close(): Promise<void>;
}

const OWN_PATH = /^\/(?:admin|console|ui)(?:\/|$)/;

/** Loads Fastify and all that hangs on it at the first request: most gateways never see one, and all start sooner. */
export function createAdminHalf(world: AdminWorld): AdminHalf {
  let app: Promise<AdminApp> | undefined;
  return {
    takes: (request, path) => OWN_PATH.test(path) || (path === '/' && isBrowser(request)),
    async serve(request, response) {
      app ??= import('./app.ts').then(({ createAdminApp }) => createAdminApp(world));
      (await app).routing(request, response);
    },
    async readStatus() {
      const { readStatus } = await import('./status.ts');
      return readStatus(world);
    },
    async close() {
      await (await app)?.close();
    },
  };
}

/** Programs ask for any type or for JSON. */
function isBrowser({ method, headers }: IncomingMessage): boolean {
  return (method === 'GET' || method === 'HEAD') && (headers.accept ?? '').includes('text/html');
}
