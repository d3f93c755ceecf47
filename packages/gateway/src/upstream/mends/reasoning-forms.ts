import type { JsonObject } from '../../ir/json.ts';
import type { Note } from '../../ir/note.ts';
import type { Effort, GenerateRequest } from '../../ir/request.ts';
import { readReasoning } from '../../protocols/openai-chat/reasoning.ts';
import { type MendTarget, onCortex, type RequestMend } from './mend.ts';

type Reasoning = NonNullable<GenerateRequest['reasoning']>;

const EFFORTS = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'] as const satisfies readonly Effort[];

/**
 * Cortex takes `reasoning_effort` for OpenAI models and a `reasoning` object, with a temperature of 1,
 * for Claude; the forms of one are ignored by the other. All forms are read and the right one is written.
 */
export const reasoningForms: RequestMend = {
  id: 'reasoning-forms',
  since: '2026-08',
  evidence: 'docs/cortex-quirks.md#reasoning-forms',
  applies: (target) =>
    onCortex(target) && (target.capabilities.family !== 'other' || target.capabilities.reasoning === 'effort'),
  request(body, target) {
    const asked = readReasoning(body);
    const sent = (['reasoning_effort', 'reasoning', 'thinking'] as const).filter(
      (field) => body[field] !== undefined && body[field] !== null,
    );
    for (const field of ['reasoning_effort', 'reasoning', 'thinking']) delete body[field];
    if (asked === undefined) return [];
    const path = sent.at(-1) ?? 'reasoning';
    if (target.capabilities.reasoning === 'none') {
      return [
        {
          code: 'dropped',
          path,
          because: `${target.model} does not reason`,
          ...(asked.effort === 'none' ? { harmless: true } : {}),
        },
      ];
    }
    const notes = asked.show === undefined ? [] : [shown(path)];
    return [
      ...notes,
      ...(target.capabilities.family === 'claude'
        ? askClaude(body, asked, path)
        : askByEffort(body, asked, path, target)),
    ];
  },
};

function askByEffort(body: JsonObject, asked: Reasoning, path: string, { model, capabilities }: MendTarget): Note[] {
  const wanted = asked.effort ?? (asked.budgetTokens === undefined ? undefined : effortOfBudget(asked.budgetTokens));
  if (wanted === undefined) return [];
  const effort = nearest(wanted, capabilities.efforts);
  body.reasoning_effort = effort;
  if (effort === asked.effort) return [];
  return [{ code: 'coerced', path, because: `${model} is asked for the effort "${effort}", the nearest it takes` }];
}

function askClaude(body: JsonObject, asked: Reasoning, path: string): Note[] {
  if (asked.effort === 'none' || (asked.effort === undefined && asked.budgetTokens === undefined)) return [];
  body.reasoning = asked.budgetTokens === undefined ? { effort: asked.effort } : { max_tokens: asked.budgetTokens };
  const bent = typeof body.temperature === 'number' && body.temperature !== 1;
  const cut = body.top_p !== undefined;
  body.temperature = 1;
  delete body.top_p;
  return [
    ...(bent
      ? [{ code: 'coerced' as const, path: 'temperature', because: `thinking (${path}) demands a temperature of 1` }]
      : []),
    ...(cut ? [{ code: 'dropped' as const, path: 'top_p', because: `thinking (${path}) does not go with it` }] : []),
  ];
}

function effortOfBudget(tokens: number): Effort {
  if (tokens <= 2_048) return 'low';
  return tokens <= 8_192 ? 'medium' : 'high';
}

/** The strongest effort the model takes that is no stronger than the wanted one, else its weakest. */
function nearest(wanted: Effort, taken: readonly string[]): string {
  const rank = EFFORTS.indexOf(wanted);
  return EFFORTS.slice(0, rank + 1).findLast((effort) => taken.includes(effort)) ?? taken[0] ?? wanted;
}

function shown(path: string): Note {
  return { code: 'dropped', path, because: 'Cortex decides itself what it shows of the reasoning', harmless: true };
}
