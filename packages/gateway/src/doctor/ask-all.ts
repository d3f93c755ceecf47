import type { GatewayError } from '../errors/error.ts';
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
