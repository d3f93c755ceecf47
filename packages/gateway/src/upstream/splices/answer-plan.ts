import { isObject, type JsonObject } from '../../ir/json.ts';
import type { Note } from '../../ir/note.ts';
import type { GenerateRequest, ToolChoice } from '../../ir/request.ts';
import { readReasoning } from '../../protocols/anthropic-messages/read-reasoning.ts';
import type { ModelCapabilities } from '../../protocols/codec.ts';
import { planThinking, type ThinkingPlan } from '../../protocols/anthropic-messages/thinking.ts';
import type { MessagesView } from './messages-view.ts';

/** Fewest tokens of a thinking budget. */
const LEAST_BUDGET = 1_024;

export interface AnswerPlan {
  maxTokens: number;
  /** What Cortex is to get: the client's own form where the model takes it. */
  thinking: 'own' | ThinkingPlan['thinking'];
  effort: string | undefined;
  notes: Note[];
}

/**
 * How long the answer may be and how much thought it gets: what the translated lane would ask for,
 * except that a form of `thinking` that this model takes stays as it is.
 * @throws GatewayError `invalid-request` for a form that nobody knows
 */
export function planAnswer(view: MessagesView, capabilities: ModelCapabilities): AnswerPlan {
  const thinking = view.value('thinking');
  const config = view.value('output_config');
  const asked = {
    ...(thinking === undefined ? {} : { thinking }),
    ...(config === undefined ? {} : { output_config: config }),
  };
  const notes: Note[] = [];
  const reasoning = readReasoning(asked, notes);
  const wanted = view.value('max_tokens');
  const request: GenerateRequest = {
    model: '',
    system: [],
    turns: [],
    tools: [],
    toolChoice: choiceOf(view),
    limits: typeof wanted === 'number' ? { maxOutputTokens: wanted } : {},
    sampling: {},
    ...(reasoning === undefined ? {} : { reasoning }),
    choices: 1,
    stream: false,
    ext: {},
  };
  const plan = planThinking(request, capabilities, notes);
  const own = isObject(thinking) && isTaken(thinking, plan, request.toolChoice, capabilities);
  const namesEffort = isObject(config) && typeof config.effort === 'string';
  return {
    maxTokens: plan.maxTokens,
    // An effort alone is no wish to think.
    thinking: own ? 'own' : thinking === undefined ? undefined : plan.thinking,
    effort: capabilities.reasoning === 'adaptive' && (namesEffort || !own) ? plan.effort : undefined,
    notes: notes
      .filter(({ path }) => isTold(path, own, namesEffort) && (thinking !== undefined || path !== 'reasoning.summary'))
      .map((note) => renamed(note, namesEffort)),
  };
}

/** What became of a form that stays as it is was not asked. */
function isTold(path: string, own: boolean, namesEffort: boolean): boolean {
  if (!own || !path.startsWith('reasoning')) return true;
  return namesEffort && path === 'reasoning.effort';
}

/** Adaptive thinking came with 4.6; from 4.7 on, where sampling parameters are refused too, it is the only kind. */
function isTaken(
  thinking: JsonObject,
  plan: ThinkingPlan,
  toolChoice: ToolChoice,
  { reasoning, sampling }: ModelCapabilities,
): boolean {
  if (toolChoice.mode === 'any' || toolChoice.mode === 'named') return false;
  if (thinking.type === 'adaptive') return reasoning === 'adaptive';
  if (thinking.type !== 'enabled' || (reasoning === 'adaptive' && !sampling) || reasoning === 'none') return false;
  const budget = thinking.budget_tokens;
  return typeof budget === 'number' && budget >= LEAST_BUDGET && budget < plan.maxTokens;
}

function choiceOf(view: MessagesView): ToolChoice {
  const choice = view.field('tool_choice');
  const type = choice?.textOf('type');
  if (type === 'any') return { mode: 'any' };
  return type === 'tool' ? { mode: 'named', name: choice?.textOf('name') ?? '' } : { mode: 'auto' };
}

/** The paths of the translated lane, in the words of this protocol. */
function renamed(note: Note, namesEffort: boolean): Note {
  const path = note.path
    .replace(/^reasoning\.effort$/, namesEffort ? 'output_config.effort' : 'thinking')
    .replace(/^reasoning\.summary$/, 'thinking.display')
    .replace(/^reasoning/, 'thinking');
  return path === note.path ? note : { ...note, path };
}
