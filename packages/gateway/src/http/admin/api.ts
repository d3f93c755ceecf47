import type { AdminRoutes } from '@couloir/sdk';
import type { FastifyInstance } from 'fastify';
import { credentialOf } from '../credential.ts';
import { allDeployments, readStatus } from './status.ts';
import { joinStatuses } from './joined-status.ts';
import { exchangePage, oneExchange } from './exchanges.ts';
import { listModels } from './models.ts';
import { exchangesQuery, readQuery, usageQuery } from './queries.ts';
import { sumUp } from './usage.ts';
import type { AdminWorld } from './world.ts';

/** The contract's, held equal to them by their type. */
const ROUTES: AdminRoutes = {
  status: '/admin/api/status',
  models: '/admin/api/models',
  exchanges: '/admin/api/exchanges',
  exchange: '/admin/api/exchanges/:id',
  usage: '/admin/api/usage',
};

/** Every route here asks for the key: the hook belongs to the routes, however their path is written. */
export async function adminApi(app: FastifyInstance, world: AdminWorld): Promise<void> {
  app.addHook('onRequest', async ({ headers }) => {
    world.identify(credentialOf(headers));
  });
  app.get(ROUTES.status, async () =>
    world.gather === undefined ? readStatus(world) : joinStatuses(await world.gather()),
  );
  app.get(ROUTES.models, () => listModels(world.listed(), allDeployments(world)));
  app.get(ROUTES.exchanges, ({ query }) => exchangePage(readQuery(exchangesQuery, query), world));
  app.get<{ Params: { id: string } }>(ROUTES.exchange, ({ params }) => oneExchange(params.id, world));
  app.get(ROUTES.usage, ({ query }) => sumUp(readQuery(usageQuery, query), world));
}
