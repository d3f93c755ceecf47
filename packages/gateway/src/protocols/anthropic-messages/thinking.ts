import type { Note } from '../../ir/note.ts';
import type { Effort, GenerateRequest } from '../../ir/request.ts';
import type { ModelCapabilities } from '../codec.ts';
import { canThinkOn, LEAST_THINKING_TOKENS, THINKING_BUDGETS } from '../../ir/claude-thoughts.ts';
import { isForced } from './tools.ts';
import type { WireThinking } from './wire.ts';

export interface ThinkingPlan {
  thinking?: WireThinking;
  /** For `output_config.effort`. */
  effort?: string;
  maxTokens: number;
  /** Whether thoughts of the history are replayed. Models that think unless told otherwise want theirs back. */
  replays: boolean;
}

const WEAKEST_FIRST = ['minimal', 'low', 'medium', 'high', 'xhigh', 'max'] as const;

/**
 * Who asks for a summary of the thoughts and names no effort wants thoughts. OpenAI's reasoning models think unless
 * told otherwise, at this effort; Claude must be asked. Codex sends just that for models it does not know.
 */
const EFFORT_OF_A_SUMMARY = 'medium';

/** How this model is asked to think as much as the client wishes, and how many tokens it may write in all. */
export function planThinking(request: GenerateRequest, capabilities: ModelCapabilities, notes: Note[]): ThinkingPlan {
  const maxTokens = limitTokens(request, capabilities, notes);
  const { effort, budgetTokens, show } = request.reasoning ?? {};
  const said = effort === 'none' ? undefined : (effort ?? effortFor(budgetTokens));
  const implied = effort === undefined && budgetTokens === undefined && show === 'summary';
  const wanted = implied ? EFFORT_OF_A_SUMMARY : said;
  const refuse = (because: string) =>
    notes.push({ code: 'dropped', path: 'reasoning', because, ...(implied ? { harmless: true } : {}) });
  if (capabilities.reasoning !== 'adaptive' && capabilities.reasoning !== 'budget') {
    if (said !== undefined) refuse('this model does not reason');
    return { maxTokens, replays: false };
  }
  if (wanted === undefined) return withoutThinking(request, capabilities, maxTokens, notes);
  const forced = isForced(request.toolChoice);
  if (!forced) noteShown(request, capabilities, notes);
  if (forced) refuse('Claude cannot think when it is forced to call a tool, so thinking is off for this request');
  if (capabilities.reasoning === 'adaptive') return adapt(request, wanted, forced, capabilities, maxTokens, notes);
  if (forced) return { maxTokens, replays: false };
  // Who names an effort gets room for it; a mere wish to see the thoughts is no reason to go beyond the client's limit.
  if (implied && request.limits.maxOutputTokens !== undefined && maxTokens < 2 * LEAST_THINKING_TOKENS) {
    refuse('the output limit of this request leaves no room to think');
    return { maxTokens, replays: false };
  }
  if (!canThinkOn(request.turns)) {
    refuse(
      'the tool calls that are being answered lack the signed thought they began with, so thinking is off for this request',
    );
    return { maxTokens, replays: false };
  }
  return budget(request, budgetTokens ?? THINKING_BUDGETS[wanted], capabilities, maxTokens, notes);
}

/** Adaptive models have no switch that all of them take: what says "do not think" is the weakest effort. */
function withoutThinking(
  request: GenerateRequest,
  capabilities: ModelCapabilities,
  maxTokens: number,
  notes: Note[],
): ThinkingPlan {
  if (capabilities.reasoning === 'budget') return { maxTokens, replays: false };
  const [weakest] = capabilities.efforts;
  if (request.reasoning?.effort !== 'none') return { maxTokens, replays: true };
  if (weakest === undefined) return { maxTokens, replays: false };
  const because = `this model decides itself whether to think, so it was asked for its weakest effort, ${weakest}`;
  notes.push({ code: 'coerced', path: 'reasoning.effort', because, harmless: true });
  return { effort: weakest, maxTokens, replays: false };
}

function adapt(
  request: GenerateRequest,
  wanted: Exclude<Effort, 'none'>,
  forced: boolean,
  capabilities: ModelCapabilities,
  maxTokens: number,
  notes: Note[],
): ThinkingPlan {
  const effort = clampEffort(wanted, capabilities.efforts);
  if (effort !== wanted && effort !== undefined) {
    const because = `this model takes ${capabilities.efforts.join(', ')}; ${effort} is the nearest to ${wanted}`;
    notes.push({ code: 'coerced', path: 'reasoning.effort', because });
  }
  return {
    ...(forced ? {} : { thinking: { type: 'adaptive', ...display(request, capabilities) } }),
    ...(effort === undefined ? {} : { effort }),
    maxTokens,
    replays: !forced,
  };
}

/**
 * From Opus 4.7 on, the models that also refuse sampling parameters, thoughts come back empty unless their
 * text is asked for. Older models may not know the field, and always tell theirs.
 */
function display(
  { reasoning }: GenerateRequest,
  { sampling }: ModelCapabilities,
): { display?: 'summarized' | 'omitted' } {
  return sampling ? {} : { display: reasoning?.show === 'none' ? 'omitted' : 'summarized' };
}

function noteShown({ reasoning }: GenerateRequest, { sampling }: ModelCapabilities, notes: Note[]): void {
  if (!sampling || reasoning?.show !== 'none') return;
  notes.push({ code: 'coerced', path: 'reasoning.summary', because: 'this model tells its thoughts', harmless: true });
}

function budget(
  request: GenerateRequest,
  tokens: number,
  capabilities: ModelCapabilities,
  maxTokens: number,
  notes: Note[],
): ThinkingPlan {
  const wanted = Math.max(LEAST_THINKING_TOKENS, tokens);
  const room = request.limits.maxOutputTokens === undefined ? maxTokens + wanted : maxTokens;
  const total = Math.min(capabilities.maxOutputTokens, Math.max(room, 2 * LEAST_THINKING_TOKENS));
  const granted = Math.min(wanted, total - LEAST_THINKING_TOKENS);
  if (granted < LEAST_THINKING_TOKENS) {
    notes.push({
      code: 'dropped',
      path: 'reasoning',
      because: 'the output limit of this model leaves no room to think',
    });
    return { maxTokens, replays: false };
  }
  if (total > maxTokens && request.limits.maxOutputTokens !== undefined) {
    const because = `thinking counts as output and takes at least ${LEAST_THINKING_TOKENS} tokens, so the limit was raised to ${total}`;
    notes.push({ code: 'coerced', path: 'max_tokens', because });
  }
  if (granted !== tokens && request.reasoning?.budgetTokens !== undefined) {
    const because = `a thinking budget is at least ${LEAST_THINKING_TOKENS} tokens and leaves ${LEAST_THINKING_TOKENS} for the answer, so it became ${granted}`;
    notes.push({ code: 'coerced', path: 'reasoning.budget_tokens', because });
  }
  return { thinking: { type: 'enabled', budget_tokens: granted }, maxTokens: total, replays: true };
}

/** The client's limit, within the model's; without one what the model is known to give, because Claude demands a number. */
function limitTokens(request: GenerateRequest, capabilities: ModelCapabilities, notes: Note[]): number {
  const wanted = request.limits.maxOutputTokens ?? capabilities.defaultOutputTokens;
  const granted = Math.min(wanted, capabilities.maxOutputTokens);
  if (granted < wanted && request.limits.maxOutputTokens !== undefined) {
    const because = `the model gives at most ${granted} tokens`;
    notes.push({ code: 'coerced', path: 'max_tokens', because, harmless: true });
  }
  return Math.max(1, granted);
}

function effortFor(budgetTokens: number | undefined): Exclude<Effort, 'none' | 'max'> | undefined {
  if (budgetTokens === undefined || budgetTokens <= 0) return undefined;
  return (['xhigh', 'high', 'medium'] as const).find((word) => THINKING_BUDGETS[word] <= budgetTokens) ?? 'low';
}

/** The strongest effort that is not above the wanted one, else the weakest there is. */
function clampEffort(wanted: Exclude<Effort, 'none'>, offered: readonly string[]): string | undefined {
  const allowed: readonly string[] = WEAKEST_FIRST.slice(0, WEAKEST_FIRST.indexOf(wanted) + 1);
  return offered.findLast((effort) => allowed.includes(effort)) ?? offered[0];
}
