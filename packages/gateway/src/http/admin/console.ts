import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { GatewayError } from '../../errors/error.ts';

/** The built console, and the ways people look for it: LiteLLM has its page at `/ui`, a browser begins at `/`. */
export async function consolePages(app: FastifyInstance): Promise<void> {
  for (const place of ['/', '/console', '/ui', '/ui/*']) {
    app.get(place, (request, reply) => reply.redirect(`${stepsUp(request.url)}console/`, 302));
  }
  const folder = path.join(packageFolder(), 'dist', 'console');
  if (!existsSync(folder)) {
    app.get('/console/*', () => {
      throw new GatewayError('no-such-route', 'The console is not built. Build it with `node tools/build.ts`.');
    });
    return;
  }
  await app.register(fastifyStatic, {
    root: folder,
    prefix: '/console/',
    redirect: false,
    cacheControl: false,
    setHeaders(reply, file) {
      // Vite puts a hash into these names: what is behind one never changes.
      if (file.startsWith(path.join(folder, 'assets') + path.sep)) {
        reply.header('cache-control', 'public, max-age=31536000, immutable');
      }
    },
  });
}

/** From any path to the root, without naming the root: a proxy in front may have a prefix for the gateway. */
function stepsUp(url: string): string {
  const [place = '/'] = url.split('?');
  return '../'.repeat(place.split('/').length - 2);
}

/** The folder of this package, from the bundle as from its source; the root where the bundle was copied without one. */
function packageFolder(): string {
  let folder = import.meta.dirname;
  while (!existsSync(path.join(folder, 'package.json')) && folder !== path.dirname(folder))
    folder = path.dirname(folder);
  return folder;
}
