import type { JsonObject } from '../../ir/json.ts';
import type { Note } from '../../ir/note.ts';
import type { GenerateRequest } from '../../ir/request.ts';
import { chooseEffort } from '../../protocols/openai-chat/effort.ts';
import { readReasoning } from '../../protocols/openai-chat/reasoning.ts';
import { askClaude } from './claude-reasoning.ts';
import { type MendTarget, onCortex, type RequestMend } from './mend.ts';

type Reasoning = NonNullable<GenerateRequest['reasoning']>;

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
        ? askClaude(body, asked, path, target)
        : askByEffort(body, asked, path, target)),
    ];
  },
};

function askByEffort(body: JsonObject, asked: Reasoning, path: string, { model, capabilities }: MendTarget): Note[] {
  const effort = chooseEffort(asked, capabilities.efforts);
  if (effort === undefined) return [];
  body.reasoning_effort = effort;
  if (effort === asked.effort) return [];
  return [{ code: 'coerced', path, because: `${model} is asked for the effort "${effort}", the nearest it takes` }];
}

function shown(path: string): Note {
  return { code: 'dropped', path, because: 'Cortex decides itself what it shows of the reasoning', harmless: true };
}
