import { isObject } from '../../ir/json.ts';
import type { Deployment } from '../../upstream/deployment.ts';
import { cheapestChat } from '../ask-all.ts';
import type { Check, Finding } from '../check.ts';
import type { DoctorContext } from '../context.ts';
import { type OwnGateway, withOwnGateway } from '../own-gateway.ts';
import { countTokens, type Spending } from '../spending.ts';
import { isGateway } from './gateway-port.ts';

/** What is known once every account has been looked at. */
export interface GatewayContext extends DoctorContext {
  /** Deployments that answered doctor itself. */
  answering: readonly Deployment[];
}

/** The whole way, as a client goes it: one tiny chat through the gateway that runs. */
export const gatewayChat: Check<GatewayContext> = {
  id: 'gateway',
  title: 'Chat through the gateway',
  needs: ['port'],
  run: (context) =>
    withOwnGateway(context, async (gateway) => {
      if (gateway.key === undefined || !(await isGateway(gateway).catch(() => false))) {
        return [skipped(`No gateway runs on ${gateway.where}: start couloir serve and run couloir doctor again.`)];
      }
      const cheapest = cheapestChat(context.answering);
      if (cheapest === undefined) return [skipped('No model answered, so that none could through the gateway.')];
      return [await chat(gateway, cheapest, context.spending)];
    }),
};

/** Reasoning models refuse a limit of 1. */
const OUTPUT_TOKENS = 16;
const RESTART = 'Restart couloir serve, so that it runs with this configuration.';

async function chat({ where, call }: OwnGateway, deployment: Deployment, spending: Spending): Promise<Finding> {
  const { modelName, model } = deployment;
  const question = { role: 'user', content: 'ping' };
  const { status, body } = await call('/v1/chat/completions', {
    keyed: true,
    body: { model: modelName, messages: [question], max_completion_tokens: OUTPUT_TOKENS },
  });
  if (isObject(body) && status === 200) {
    spending.call(model, countTokens(body));
    return { status: 'ok', says: `${modelName} answers through the gateway on ${where}.` };
  }
  const error = isObject(body) && isObject(body.error) ? body.error.message : undefined;
  const reason = typeof error === 'string' ? error : 'It gave no reason.';
  return {
    status: 'failed',
    subject: modelName,
    says: `${modelName} answers doctor, and through the gateway on ${where} it does not (HTTP ${status}): ${reason}`,
    remedy: RESTART,
  };
}

function skipped(says: string): Finding {
  return { status: 'skipped', says };
}
