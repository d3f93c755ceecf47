import type { GatewayError } from '../errors/error.ts';
import { findChatModel } from '../upstream/catalogue.ts';
import type { Deployment } from '../upstream/deployment.ts';
import type { AccountContext } from './account.ts';

interface Asked {
  deployment: Deployment;
  error?: GatewayError;
}

/** Enough to be done soon, few enough to stay far from any limit per minute. */
const AT_ONCE = 4;

/** Asks every deployment of the account, in the order of the configuration. None is called twice. */
export async function askAll({ account }: AccountContext): Promise<Asked[]> {
  const { deployments } = account;
  const asked: Asked[] = [];
  let next = 0;
  const work = async () => {
    for (let index = next++; index < deployments.length; index = next++) {
      const deployment = deployments[index]!;
      const { error } = await account.ask(deployment);
      asked[index] = { deployment, ...(error === undefined ? {} : { error }) };
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return asked;
}

/** The one to try things with: of the models that do not reason, which write at once, the cheapest. None embeds. */
export function cheapestChat(deployments: readonly Deployment[]): Deployment | undefined {
  const [cheapest] = deployments
    .filter(({ dialect }) => dialect !== 'cortex-embed')
    .toSorted((left, right) => weight(left) - weight(right));
  return cheapest;
}

function weight({ model, capabilities }: Deployment): number {
  const price = findChatModel(model)?.price?.usdPerMillionTokens.output ?? 1_000;
  return price + (capabilities.reasoning === 'none' ? 0 : 10_000);
}
