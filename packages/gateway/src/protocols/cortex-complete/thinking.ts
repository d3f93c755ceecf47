import { canThinkOn, keepThoughts, LEAST_THINKING_TOKENS, THINKING_BUDGETS } from '../../ir/claude-thoughts.ts';
import type { Note } from '../../ir/note.ts';
import type { Effort, GenerateRequest, Turn } from '../../ir/request.ts';
import type { ModelCapabilities } from '../codec.ts';
import { isForced } from './tools.ts';
import type { CompleteRequest } from './wire.ts';

export interface ThinkingPlan {
  fields: Pick<CompleteRequest, 'anthropic' | 'openai'>;
  maxTokens: number;
  /** The history with the thoughts that go back to the model. */
  turns: Turn[];
}

/** The three words the endpoint takes, for all that clients may say. */
const EFFORTS: Record<Exclude<Effort, 'none'>, 'low' | 'medium' | 'high'> = {
  minimal: 'low',
  low: 'low',
  medium: 'medium',
  high: 'high',
  xhigh: 'high',
  max: 'high',
};

/**
 * How the model is asked to think. Claude takes a budget of tokens whatever its generation, OpenAI models
 * one of three efforts (docs/cortex-quirks.md#complete-reasoning).
 */
export function planThinking(request: GenerateRequest, capabilities: ModelCapabilities, notes: Note[]): ThinkingPlan {
  const maxTokens = limitTokens(request, capabilities, notes);
  const { effort, budgetTokens } = request.reasoning ?? {};
  const wants = effort === undefined ? budgetTokens !== undefined : effort !== 'none';
  if (capabilities.reasoning === 'none') {
    if (wants) notes.push({ code: 'dropped', path: 'reasoning', because: 'this model does not reason' });
    return { fields: {}, maxTokens, turns: keepThoughts(request.turns, false, notes) };
  }
  if (capabilities.family === 'claude') return planBudget(request, capabilities, maxTokens, wants, notes);
  const turns = keepReasoning(request.turns, notes);
  if (!wants) return { fields: {}, maxTokens, turns };
  const wanted = effort === undefined || effort === 'none' ? effortOfBudget(budgetTokens ?? 0) : effort;
  const chosen = EFFORTS[wanted];
  if (chosen !== wanted) {
    const because = `inference:complete takes low, medium and high; ${chosen} is the nearest to ${wanted}`;
    notes.push({ code: 'coerced', path: 'reasoning.effort', because });
  }
  return { fields: { openai: { reasoning: { effort: chosen } } }, maxTokens, turns };
}

function planBudget(
  request: GenerateRequest,
  capabilities: ModelCapabilities,
  maxTokens: number,
  wants: boolean,
  notes: Note[],
): ThinkingPlan {
  // Models that think unless told otherwise want their thoughts back although nobody asked them to think.
  const alwaysThinks = capabilities.reasoning === 'adaptive' && request.reasoning?.effort !== 'none';
  const quiet = (): ThinkingPlan => {
    const replays = alwaysThinks && !isForced(request);
    return { fields: {}, maxTokens, turns: keepThoughts(request.turns, replays, notes) };
  };
  if (!wants) return quiet();
  const refusal = isForced(request)
    ? 'Claude cannot think when it is forced to call a tool'
    : canThinkOn(request.turns)
      ? undefined
      : 'the tool calls that are being answered lack the signed thought they began with';
  const { effort, budgetTokens } = request.reasoning ?? {};
  const wanted = Math.max(
    LEAST_THINKING_TOKENS,
    budgetTokens ?? THINKING_BUDGETS[effort === undefined || effort === 'none' ? 'medium' : effort],
  );
  const room = request.limits.maxOutputTokens === undefined ? maxTokens + wanted : maxTokens;
  const total = Math.min(capabilities.maxOutputTokens, Math.max(room, 2 * LEAST_THINKING_TOKENS));
  const granted = Math.min(wanted, total - LEAST_THINKING_TOKENS);
  const because = refusal ?? (granted < LEAST_THINKING_TOKENS ? 'the output limit leaves no room to think' : undefined);
  if (because !== undefined) {
    notes.push({ code: 'dropped', path: 'reasoning', because: `${because}, so thinking is off for this request` });
    return quiet();
  }
  if (request.reasoning?.show === 'none') {
    const told = 'inference:complete tells the thoughts of Claude';
    notes.push({ code: 'coerced', path: 'reasoning.summary', because: told, harmless: true });
  }
  if (total > maxTokens && request.limits.maxOutputTokens !== undefined) {
    const raised = `thinking counts as output and takes at least ${LEAST_THINKING_TOKENS} tokens, so the limit was raised to ${total}`;
    notes.push({ code: 'coerced', path: 'max_tokens', because: raised });
  }
  if (budgetTokens !== undefined && granted !== budgetTokens) {
    const cut = `a budget is at least ${LEAST_THINKING_TOKENS} tokens and leaves as many for the answer, so it became ${granted}`;
    notes.push({ code: 'coerced', path: 'reasoning.budget_tokens', because: cut });
  }
  return {
    fields: { anthropic: { thinking: { budget_tokens: granted } } },
    maxTokens: total,
    turns: keepThoughts(request.turns, true, notes),
  };
}

/** The endpoint's own default cuts agents short: docs/cortex-quirks.md#default-output-4096 */
function limitTokens(request: GenerateRequest, capabilities: ModelCapabilities, notes: Note[]): number {
  const wanted = request.limits.maxOutputTokens ?? capabilities.defaultOutputTokens;
  const granted = Math.min(wanted, capabilities.maxOutputTokens);
  if (granted < wanted && request.limits.maxOutputTokens !== undefined) {
    const because = `the model gives at most ${granted} tokens`;
    notes.push({ code: 'coerced', path: 'max_tokens', because, harmless: true });
  }
  return Math.max(1, granted);
}

function effortOfBudget(tokens: number): Exclude<Effort, 'none'> {
  if (tokens <= 2_048) return 'low';
  return tokens <= 8_192 ? 'medium' : 'high';
}

/** OpenAI's own encrypted thoughts go back; any other is left out with one note for all. */
function keepReasoning(turns: Turn[], notes: Note[]): Turn[] {
  let dropped = 0;
  const kept = turns.map((turn) => {
    const parts = turn.parts.filter(
      (part) => part.kind !== 'thinking' || (part.seal?.issuer === 'openai' && part.seal.form === 'encrypted'),
    );
    dropped += turn.parts.length - parts.length;
    return parts.length === turn.parts.length ? turn : { ...turn, parts };
  });
  if (dropped === 0) return turns;
  const because = `${dropped} earlier thoughts are not sealed by OpenAI and cannot be replayed to it`;
  notes.push({ code: 'seal-dropped', path: 'turns[].parts[]', because, harmless: true });
  return kept;
}
