import type { CortexKnowledge } from './cortex-knowledge.ts';
import { deploymentId } from './deployment-id.ts';
import type { CredentialSettings, DeploymentSettings, Settings } from './settings.ts';

/**
 * Every model of the catalogue from one account. Each is served under its Cortex name, under a name
 * that Cursor sends untouched, and, unlisted, as `cortex-<Cortex name>`, which tutorials use.
 */
export function catalogueDeployments(
  base: DeploymentSettings['base'],
  credential: CredentialSettings,
  models: CortexKnowledge['models'],
): { deployments: DeploymentSettings[]; aliases: Settings['aliases'] } {
  const aliases: Settings['aliases'] = {};
  for (const { name } of models) aliases[`cortex-${name}`] = { model: name, hidden: true };
  for (const { name, alias } of models) aliases[alias] = { model: name, hidden: false };
  return { deployments: models.map(({ name }) => cortexDeployment(name, name, base, credential)), aliases };
}

/** A Cortex deployment with nothing special about it. */
function cortexDeployment(
  modelName: string,
  model: string,
  base: DeploymentSettings['base'],
  credential: CredentialSettings,
): DeploymentSettings {
  const settings: Omit<DeploymentSettings, 'id'> = {
    modelName,
    provider: 'cortex',
    model,
    base,
    credential,
    weight: 1,
    order: 0,
    promptCaching: 'auto',
    defaults: {},
    extraHeaders: {},
  };
  return { id: deploymentId(settings), ...settings };
}
