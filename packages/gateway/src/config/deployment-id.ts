import { createHash } from 'node:crypto';
import type { DeploymentSettings } from './settings.ts';

/** A name for a deployment that stays the same across restarts and token rotations: a hash of what it is and where. */
export function deploymentId({
  modelName,
  provider,
  model,
  base,
  cortexApi,
  order,
}: Omit<DeploymentSettings, 'id'>): string {
  const identity = JSON.stringify([modelName, provider, model, base, cortexApi ?? null, order]);
  return createHash('sha256').update(identity).digest('hex').slice(0, 16);
}

/** Deployments that differ in their token alone get `-2`, `-3`, … in file order. */
export function distinctIds(deployments: readonly DeploymentSettings[]): DeploymentSettings[] {
  const seen = new Map<string, number>();
  return deployments.map((deployment) => {
    const count = (seen.get(deployment.id) ?? 0) + 1;
    seen.set(deployment.id, count);
    return count === 1 ? deployment : { ...deployment, id: `${deployment.id}-${count}` };
  });
}
