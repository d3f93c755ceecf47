/** What stands between a caller and a model: account, role, model, budget and rate, and the fault of the day. */
import { type AccountSettings, isAllowed, type SandboxAccount } from './account.ts';
import { errorReply, type Refusal, refuse } from './errors.ts';
import { answerFault } from './faults.ts';
import { findModel } from './model-table.ts';
import { inferenceRegion, refuseRegion } from './regions.ts';
import type { AccountSurface } from './account-surface.ts';
import type { SandboxReply, SandboxRequest, Surface } from './surface.ts';
import type { SimulatedUsage } from './turn.ts';

interface GateOptions {
  /** False for what Snowflake logs in another view than CORTEX_REST_API_USAGE_HISTORY. */
  recorded?: boolean;
}

/** The surface behind the gate. What it answers is counted against the limits and, unless said otherwise, recorded. */
export function gated(surface: Surface, { recorded = true }: GateOptions = {}): AccountSurface {
  return (request, world) => {
    const { account, clock } = world;
    const model = typeof request.body.model === 'string' ? request.body.model : '';
    const refusal = refuseCaller(request, account) ?? refuseModel(model, account);
    if (refusal !== undefined) return errorReply(refusal, request.requestId);
    if (!account.limits.admit(model)) return errorReply(refuse('too-many-requests'), request.requestId);
    const fault = account.faults.draw(model);
    const failed = fault === undefined ? undefined : answerFault(fault, request.requestId);
    if (typeof failed === 'object') return failed;

    const startMs = clock.now();
    let metered: SimulatedUsage | undefined;
    const meter = (usage: SimulatedUsage) => (metered = usage);
    const reply = surface(request, { ...world, meter, ...(fault === undefined ? {} : { fault }) });
    const usage = metered ?? usageIn(reply);
    if (usage === undefined) return reply;
    const { input, cacheRead, cacheWrite, output } = usage;
    const tokens = input + cacheRead + cacheWrite + output;
    account.limits.spend(model, tokens);
    if (recorded) {
      account.usage.record({
        startMs,
        endMs: clock.now(),
        requestId: request.requestId,
        model,
        tokens,
        granular: { input: input + cacheWrite, output, cache_read_input: cacheRead },
        userId: '1',
        inferenceRegion: regionOf(model, account.settings) ?? account.settings.region,
      });
    }
    return reply;
  };
}

/** The account comes before the role, and both before the model: docs/cortex-quirks.md#trial-account */
function refuseCaller({ headers }: SandboxRequest, { settings, grants }: SandboxAccount): Refusal | undefined {
  if (!settings.restApi) return refuse('account-not-allowed');
  const named = headers['x-snowflake-role'];
  const role = typeof named === 'string' ? named.replaceAll('"', '') : settings.defaultRole;
  return grants.mayCallCortex(role) ? undefined : refuse('not-authorized');
}

/** Names that no model has are left to the surface, which knows how to say so. */
function refuseModel(model: string, { settings }: SandboxAccount): Refusal | undefined {
  if (settings.spentModels.some((spent) => spent === '*' || spent === model)) return refuse('budget-exceeded');
  if (typeof findModel(model) !== 'object') return undefined;
  if (!isAllowed(model, settings)) return refuse('model-not-allowed', { model });
  return regionOf(model, settings) === undefined ? refuseRegion(model) : undefined;
}

function regionOf(model: string, { region, crossRegion }: AccountSettings): string | undefined {
  return inferenceRegion(model, region, crossRegion);
}

/** Surfaces without a simulated turn (embeddings) tell what they counted in their answer. */
function usageIn(reply: SandboxReply): SimulatedUsage | undefined {
  if (reply.kind !== 'json' || reply.status !== 200) return undefined;
  const { usage } = reply.body;
  const total = typeof usage === 'object' && usage !== null && !Array.isArray(usage) ? usage.total_tokens : undefined;
  return typeof total === 'number' ? { input: total, cacheRead: 0, cacheWrite: 0, output: 0, reasoning: 0 } : undefined;
}
