import type { GatewayError } from '../../errors/error.ts';
import type { Deployment } from '../../upstream/deployment.ts';
import type { AccountContext } from '../account.ts';
import { askAll } from '../ask-all.ts';
import type { Check, Finding } from '../check.ts';
import { remedyOf } from '../remedies.ts';

/** One tiny call of each deployment on the endpoint it will use; what fails alike is told once. */
export const models: Check<AccountContext> = {
  id: 'models',
  title: 'Models',
  needs: ['role'],
  async run(context) {
    const { loaded } = context;
    const outcomes = await askAll(context);
    const answered = outcomes.filter(({ error }) => error === undefined);
    const failures = outcomes.filter(({ error }) => error !== undefined && error.kind !== 'upstream-limited');
    const groups = Map.groupBy(failures, ({ deployment, error }) => likeness(error!, deployment));
    const findings = Array.from(groups.values(), (group) => {
      // Nobody asked for each model of the catalogue by name.
      const isCatalogue = loaded.source !== 'file' && group[0]!.error!.kind === 'not-found';
      return explain(
        group.map(({ deployment }) => deployment),
        group[0]!.error!,
        isCatalogue ? 'warning' : 'failed',
      );
    });
    if (answered.length === 0)
      return findings.length > 0 ? findings : [{ status: 'skipped', says: 'No model could be judged.' }];
    const paths = new Set(answered.map(({ deployment }) => new URL(deployment.url).pathname));
    const says = `${answered.length} of ${outcomes.length} deployments answered (${[...paths].join(', ')}).`;
    return [{ status: 'ok', says }, ...findings];
  },
};

function explain(group: Deployment[], error: GatewayError, status: 'failed' | 'warning'): Finding {
  return {
    status,
    subject: [...new Set(group.map(({ modelName }) => modelName))].join(', '),
    says: error.publicMessage,
    ...remedyOf(error, group[0]!),
  };
}

/** Equal for failures whose texts differ in nothing but the model and the request. */
function likeness({ kind, detail, publicMessage }: GatewayError, { model }: Deployment): string {
  const { status, code, message = publicMessage } = detail.upstream ?? {};
  return JSON.stringify([kind, status, code, message.replaceAll(model, '')]);
}
