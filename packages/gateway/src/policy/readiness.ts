import type { Deployment } from '../upstream/deployment.ts';
import type { Cooldowns } from './cooldowns.ts';

/** Whether requests should be sent here, and if not, why. */
export type Readiness = { ready: true } | { ready: false; status: string; because: string };

interface Circumstances {
  isDraining: boolean;
  isShortOfMemory: boolean;
  /** Everything that could be asked. */
  deployments: readonly Deployment[];
  cooldowns: Pick<Cooldowns, 'view'>;
  /** Its token could not be had, or was refused, a moment ago. */
  hasLostCredential: (deployment: Deployment) => boolean;
}

/**
 * No only while another instance could do better: while this one ends, sheds load, or can ask nobody at all. One model,
 * one account or one credential that fails is told to those who ask for it, and drops no instance. A failure is news for
 * the time of a cooldown, so that an instance without traffic is given another chance.
 */
export function judgeReadiness(circumstances: Circumstances): Readiness {
  const { isDraining, isShortOfMemory, deployments, cooldowns, hasLostCredential } = circumstances;
  if (isDraining) {
    return { ready: false, status: 'shutting down', because: 'It ends what runs and takes nothing new.' };
  }
  if (isShortOfMemory) {
    return {
      ready: false,
      status: 'short of memory',
      because: 'New requests are refused until some of the running ones have ended (limits.max_memory_mb).',
    };
  }
  const cooling = new Set(cooldowns.view().flatMap(({ id, state }) => (state === 'open' ? [id] : [])));
  const isUseless = (deployment: Deployment) => cooling.has(deployment.id) || hasLostCredential(deployment);
  if (deployments.length === 0 || !deployments.every(isUseless)) return { ready: true };
  return {
    ready: false,
    status: 'nothing to ask',
    because: deployments.every(hasLostCredential)
      ? 'No credential works: every token was refused or could not be had a moment ago. `couloir doctor` says why.'
      : 'Every deployment of every model has failed repeatedly and is passed over for a moment (routing.cooldown).',
  };
}
