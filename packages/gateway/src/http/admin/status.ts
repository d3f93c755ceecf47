import type { Account, ClientProtocol, Deployment as ShownDeployment, Status } from '@couloir/sdk';
import { chooseLane, type LaneName } from '../../exchange/lanes.ts';
import { modelForCursor } from '../../upstream/cursor-alias.ts';
import type { Deployment } from '../../upstream/deployment.ts';
import type { AdminWorld } from './world.ts';

/** What the gateway is and does at this moment. */
export function readStatus(world: AdminWorld): Status {
  const deployments = allDeployments(world);
  const { running, queued } = world.admission.view();
  return {
    version: world.version,
    startedAt: new Date(world.startedAtMs).toISOString(),
    uptimeSeconds: Math.floor((world.clock.now() - world.startedAtMs) / 1000),
    state: world.isReady() ? 'ready' : 'draining',
    sandbox: world.sandbox,
    inFlight: running,
    queued,
    cursorModel: cursorModel(world.listed()),
    accounts: accountsOf(deployments),
    deployments: showDeployments(deployments, world),
  };
}

/** Those of the configuration, and those that serve what the account lists beyond it. */
export function allDeployments({ deployments, listed }: Pick<AdminWorld, 'deployments' | 'listed'>): Deployment[] {
  return [...new Set([...deployments(), ...listed().map(({ deployment }) => deployment)])];
}

/** Credentials, headers and defaults stay behind: some of them are secrets. */
function showDeployments(
  deployments: readonly Deployment[],
  { traffic, cooldowns, admission }: AdminWorld,
): ShownDeployment[] {
  const cooling = new Map(cooldowns.view().map((view) => [view.id, view]));
  const gates = new Map(admission.view().deployments.map((view) => [view.id, view]));
  return deployments.map((deployment) => {
    const { id, modelName, provider, model, origin, dialect, weight, order } = deployment;
    const { inFlight, firstContentMs, requestsThisMinute, tokensThisMinute } = traffic.of(id);
    const cooldown = cooling.get(id);
    return {
      id,
      model: modelName,
      provider,
      upstreamModel: model,
      origin,
      upstreamApi: dialect,
      lanes: lanesOf(deployment),
      weight,
      order,
      state: cooldown === undefined ? 'ready' : cooldown.state === 'open' ? 'cooling-down' : 'half-open',
      coolingUntil: cooldown === undefined ? null : new Date(cooldown.untilMs).toISOString(),
      inFlight,
      queued: gates.get(id)?.queued ?? 0,
      firstContentMs: firstContentMs ?? null,
      requestsThisMinute,
      tokensThisMinute,
    };
  });
}

function lanesOf(deployment: Deployment): Record<ClientProtocol, LaneName> | null {
  if (deployment.dialect === 'cortex-embed') return null;
  return {
    'openai-chat': chooseLane('openai-chat', deployment),
    'openai-responses': chooseLane('openai-responses', deployment),
    'openai-completions': chooseLane('openai-completions', deployment),
    'anthropic-messages': chooseLane('anthropic-messages', deployment),
    cursor: chooseLane('cursor', deployment),
  };
}

function accountsOf(deployments: readonly Deployment[]): Account[] {
  const places = Map.groupBy(deployments, ({ provider, origin }) => `${provider} ${origin}`);
  return [...places.values()].flatMap(([first, ...others]) =>
    first === undefined ? [] : [{ provider: first.provider, origin: first.origin, deployments: others.length + 1 }],
  );
}

function cursorModel(listed: ReturnType<AdminWorld['listed']>): string | null {
  const chat = listed.filter(({ deployment }) => deployment.dialect !== 'cortex-embed');
  const names = chat.filter(({ name, deployment }) => name === deployment.modelName).map(({ name }) => name);
  const aliasOf = (model: string) =>
    chat.find(({ name, deployment }) => deployment.modelName === model && name !== model)?.name;
  const name = modelForCursor(names, aliasOf);
  return name === '' ? null : name;
}
