import { type Deployment, resolveDeployment } from '../../src/upstream/deployment.ts';
import type { DeploymentSettings } from '../../src/config/settings.ts';
import { offlineTokens } from './tokens.ts';

/** A model of Cortex as zero config serves it, with nothing that could reach a network. */
export function offlineDeployment(model: string, cortexApi?: DeploymentSettings['cortexApi']): Deployment {
  const settings: DeploymentSettings = {
    id: model,
    modelName: model,
    provider: 'cortex',
    model,
    base: { account: 'myorg-myaccount' },
    credential: { kind: 'none' },
    weight: 1,
    order: 0,
    tags: [],
    promptCaching: 'auto',
    defaults: {},
    extraHeaders: {},
    ...(cortexApi === undefined ? {} : { cortexApi }),
  };
  return resolveDeployment(settings, offlineTokens());
}
