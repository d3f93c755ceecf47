import type { GatewayError } from '../../errors/error.ts';
import type { Deployment } from '../../upstream/deployment.ts';
import { findChatModel } from '../../upstream/catalogue.ts';
import { meantModel, unknownModelWarning } from '../../upstream/unknown-model.ts';
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
    const outcomes = await askAll(context);
    const answered = outcomes.filter(({ error }) => error === undefined);
    const failures = outcomes.filter(({ error }) => error !== undefined && error.kind !== 'upstream-limited');
    const groups = Map.groupBy(failures, ({ deployment, error }) => likeness(error!, deployment));
    const findings = Array.from(groups.values(), (group) => {
      // Nobody asked for each model of the catalogue by name.
      const isCatalogue = group[0]!.deployment.ofCatalogue === true && group[0]!.error!.kind === 'not-found';
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
    return [{ status: 'ok', says }, ...findings, ...answered.flatMap(({ deployment }) => doubtsOf(deployment))];
  },
};

/** A model that answers and is in no catalogue: what is assumed of it may be wrong. */
function doubtsOf(deployment: Deployment): Finding[] {
  const says = deployment.provider === 'cortex' ? unknownModelWarning(deployment) : undefined;
  return says === undefined ? [] : [{ status: 'warning', subject: deployment.modelName, says }];
}

function explain(group: Deployment[], error: GatewayError, status: 'failed' | 'warning'): Finding {
  const hint = error.kind === 'not-found' ? hintOf(group, error) : '';
  return {
    status,
    subject: [...new Set(group.map(({ modelName }) => modelName))].join(', '),
    says: error.publicMessage + hint,
    ...remedyOf(error, group[0]!),
  };
}

/** What the catalogue knows of a model that is not to be had: its right name, or where in the world it is. */
function hintOf(group: Deployment[], { detail }: GatewayError): string {
  const { model } = group[0]!;
  const meant = meantModel(model);
  if (meant !== undefined) return ` Did you mean "${meant}"?`;
  const regions = findChatModel(model)?.regions;
  if (regions === undefined || group.length > 1 || !/region/i.test(detail.upstream?.message ?? '')) return '';
  const { native, crossRegion } = regions;
  const own = native.length === 0 ? 'no region itself has it' : `it is in ${native.join(', ')}`;
  return ` By Snowflake's documentation ${own}, and these cross-region settings reach it: ${crossRegion.join(', ')}.`;
}

/** Equal for failures whose texts differ in nothing but the model and the request. */
function likeness({ kind, detail, publicMessage }: GatewayError, { model }: Deployment): string {
  const { status, code, message = publicMessage } = detail.upstream ?? {};
  return JSON.stringify([kind, status, code, message.replaceAll(model, '')]);
}
