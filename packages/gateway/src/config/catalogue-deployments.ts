import type { CortexKnowledge } from './cortex-knowledge.ts';
import { deploymentId } from './deployment-id.ts';
import type { DeploymentSettings, Settings } from './settings.ts';
import type { SnowflakeConnection } from './snowflake/connection.ts';

/**
 * Every model of the catalogue from one account. Each is served under its Cortex name, under a name
 * that Cursor sends untouched, and, unlisted, as `cortex-<Cortex name>`, which tutorials use.
 */
export function catalogueDeployments(
  connection: SnowflakeConnection,
  { models, embeddings }: Pick<CortexKnowledge, 'models' | 'embeddings'>,
): { deployments: DeploymentSettings[]; aliases: Settings['aliases'] } {
  const aliases: Settings['aliases'] = {};
  // In the order of the catalogue, best first: it is the order in which names are offered to people.
  for (const { name, alias } of models) aliases[alias] = { model: name, hidden: false };
  for (const { name } of models) aliases[`cortex-${name}`] ??= { model: name, hidden: true };
  const names = [...models.map(({ name }) => name), ...embeddings];
  return { deployments: names.map((name) => cortexDeployment(name, connection)), aliases };
}

/** A Cortex deployment with nothing special about it. */
function cortexDeployment(model: string, connection: SnowflakeConnection): DeploymentSettings {
  const settings: Omit<DeploymentSettings, 'id'> = {
    modelName: model,
    provider: 'cortex',
    model,
    ofCatalogue: true,
    ...connection,
    weight: 1,
    order: 0,
    tags: [],
    promptCaching: 'auto',
    defaults: {},
    extraHeaders: {},
  };
  return { id: deploymentId(settings), ...settings };
}
