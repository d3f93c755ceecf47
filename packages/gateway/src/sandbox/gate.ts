/** What stands between a caller and a model: account, role, model, budget and rate, and the fault of the day. */
import { type AccountSettings, isAllowed, type SandboxAccount } from './account.ts';
import { errorReply, type Refusal, refuse } from './errors.ts';
import { answerFault, type StreamFault } from './faults.ts';
import { spoilDelivery } from './admin/timing-faults.ts';
import { saysJson } from './media-type.ts';
import { findModel } from './model-table.ts';
import { inferenceRegion, refuseRegion } from './regions.ts';
import type { AccountSurface, AccountWorld, RoutedRequest } from './account-surface.ts';
import type { SandboxReply, SandboxRequest, SandboxWorld, Surface } from './surface.ts';
import type { SimulatedUsage } from './turn.ts';
import type { UsageRow } from './usage-history.ts';

interface GateOptions {
  /** False for what Snowflake logs in another view than CORTEX_REST_API_USAGE_HISTORY. */
  recorded?: boolean;
}

/** The surface behind the gate. What it answers is counted against the limits and, unless said otherwise, recorded. */
export function gated(surface: Surface, { recorded = true }: GateOptions = {}): AccountSurface {
  return (request, world) => {
    const { account, clock } = world;
    const { entry, requestId } = request;
    const model = typeof request.body.model === 'string' ? request.body.model : '';
    const refusal = refuseRequest(request, model, world);
    if (refusal !== undefined) return errorReply(refusal, requestId);
    const drawn = account.faults.draw(model);
    const failed = drawn === undefined || drawn.timing !== undefined ? undefined : answerFault(drawn.name, requestId);
    if (typeof failed === 'object') {
      if (drawn !== undefined) entry.fault = drawn.name;
      return failed;
    }
    const startMs = clock.now();
    const { reply, tokens, billed } = answer(surface, request, world, failed);
    if (billed !== undefined) {
      const total = totalOf(billed);
      account.limits.spend(model, total);
      if (recorded)
        account.usage.record(usageRow({ billed, total, startMs, endMs: clock.now(), requestId, model }, account));
    }
    if (tokens !== undefined) entry.tokens = tokens;
    if (drawn?.timing === undefined || !isAnswer(reply)) return reply;
    entry.fault = drawn.name;
    return spoilDelivery(reply, drawn.timing);
  };
}

interface Answered {
  reply: SandboxReply;
  /** What the answer says was counted. */
  tokens: SimulatedUsage | undefined;
  /** What counts for limits and the bill: nothing where the answer failed. */
  billed: SimulatedUsage | undefined;
}

function answer(
  surface: Surface,
  request: RoutedRequest,
  world: AccountWorld,
  fault: StreamFault | undefined,
): Answered {
  const seen: { turn?: Parameters<NonNullable<SandboxWorld['observe']>>[0] } = {};
  const reply = surface(request, {
    ...world,
    observe: (turn) => (seen.turn = turn),
    ...(fault === undefined ? {} : { fault }),
  });
  const { turn } = seen;
  if (turn === undefined) return { reply, tokens: usageIn(reply), billed: usageIn(reply) };
  if (turn.fault === undefined) return { reply, tokens: turn.usage, billed: turn.usage };
  request.entry.fault = turn.fault;
  return { reply, tokens: isAnswer(reply) ? turn.usage : undefined, billed: undefined };
}

function usageRow(
  call: Pick<UsageRow, 'startMs' | 'endMs' | 'requestId' | 'model'> & { billed: SimulatedUsage; total: number },
  { settings }: SandboxAccount,
): UsageRow {
  const { billed, total, ...row } = call;
  const { input, cacheRead, cacheWrite, output } = billed;
  return {
    ...row,
    tokens: total,
    granular: { input: input + cacheWrite, output, cache_read_input: cacheRead },
    userId: '1',
    inferenceRegion: regionOf(row.model, settings) ?? settings.region,
  };
}

function totalOf({ input, cacheRead, cacheWrite, output }: SimulatedUsage): number {
  return input + cacheRead + cacheWrite + output;
}

function refuseRequest(
  request: RoutedRequest,
  model: string,
  { account, switches }: AccountWorld,
): Refusal | undefined {
  if (switches.mediaType === 'refuse' && !saysJson(request.headers)) return refuse('media-type-missing');
  const refusal = refuseCaller(request, account) ?? refuseModel(model, account);
  if (refusal !== undefined) return refusal;
  return account.limits.admit(model) ? undefined : refuse('too-many-requests');
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

/** A 200 with what a model said, whole or in events; errors are none, whatever their status. */
function isAnswer(reply: SandboxReply): boolean {
  return reply.kind === 'stream' || (reply.kind === 'json' && reply.status === 200);
}

/** Surfaces without a simulated turn (embeddings) tell what they counted in their answer. */
function usageIn(reply: SandboxReply): SimulatedUsage | undefined {
  if (reply.kind !== 'json' || reply.status !== 200) return undefined;
  const { usage } = reply.body;
  const total = typeof usage === 'object' && usage !== null && !Array.isArray(usage) ? usage.total_tokens : undefined;
  return typeof total === 'number' ? { input: total, cacheRead: 0, cacheWrite: 0, output: 0, reasoning: 0 } : undefined;
}
