/** What a legacy answer is made of, and its unary form. */
import type { JsonObject } from '../../ir/json.ts';
import type { SandboxModel } from '../model-table.ts';
import type { Switches } from '../switches.ts';
import type { SimulatedPart, SimulatedTurn, SimulatedUsage } from '../turn.ts';

export interface CompleteAnswer {
  /** The request's own: docs/cortex-quirks.md#complete-id */
  id: string;
  model: SandboxModel;
  turn: SimulatedTurn;
  /** Unix seconds. */
  createdAt: number;
  /** Cortex Guard looked at the answer, and its tokens are counted. */
  guarded: boolean;
  switches: Switches;
}

/** No id, no role, no finish_reason: docs/cortex-quirks.md#complete-no-finish-reason */
export function writeUnary({ turn, guarded }: CompleteAnswer): JsonObject {
  const text = turn.parts.map((part) => (part.kind === 'text' ? part.text : '')).join('');
  return {
    choices: [{ message: { content: text, content_list: turn.parts.map(wholeItem) } }],
    usage: usageOf(turn.usage, turn.usage.output, guarded),
  };
}

/** docs/cortex-quirks.md#complete-usage */
export function usageOf(usage: SimulatedUsage, output: number, guarded: boolean): JsonObject {
  const prompt = usage.input + usage.cacheRead + usage.cacheWrite;
  const cached = usage.cacheRead + usage.cacheWrite > 0;
  const guard = guarded ? output : 0;
  return {
    prompt_tokens: prompt,
    completion_tokens: output,
    ...(guarded ? { guard_tokens: guard } : {}),
    total_tokens: prompt + output + guard,
    ...(cached ? { cache_read_input_tokens: usage.cacheRead, cache_write_input_tokens: usage.cacheWrite } : {}),
  };
}

function wholeItem(part: SimulatedPart): JsonObject {
  switch (part.kind) {
    case 'thinking':
      return { type: 'anthropic', thinking: { thinking: part.text, signature: part.signature } };
    case 'text':
      return { type: 'text', text: part.text };
    case 'call':
      return { type: 'tool_use', tool_use: { tool_use_id: part.id, name: part.name, input: part.input } };
  }
}
