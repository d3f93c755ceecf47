/** Extended thinking: which kind a model takes, what it forbids beside it, and that old thoughts come back untouched. */
import { verifyThought } from '../script/signature.ts';
import { stringOf, type Turn, turnsOf, wantsThinking } from './messages-request.ts';
import { refuseMessages } from './messages-errors.ts';
import { firstRefusal, type Rule } from './rule.ts';

const MIN_BUDGET_TOKENS = 1_024;
const MIN_TOP_P = 0.95;

export const thinkingRules: readonly Rule[] = [
  /** docs/cortex-quirks.md#thinking-kind-by-model */
  function kind(request, model) {
    if (!wantsThinking(request)) return undefined;
    if (model.thinking === 'none') return refuseMessages('thinking-none');
    if (request.thinking?.type === 'adaptive') {
      return model.thinking === 'budget' ? refuseMessages('thinking-adaptive-unsupported') : undefined;
    }
    return model.thinking === 'adaptive' ? refuseMessages('thinking-enabled-unsupported') : undefined;
  },

  function budget({ thinking, maxTokens }) {
    if (thinking?.type !== 'enabled') return undefined;
    const wanted = Number(thinking.budget_tokens);
    if (wanted < MIN_BUDGET_TOKENS) return refuseMessages('thinking-budget-minimum');
    return wanted >= maxTokens ? refuseMessages('thinking-budget-limit') : undefined;
  },

  /** docs/cortex-quirks.md#thinking-temperature */
  function samplingBeside(request) {
    if (!wantsThinking(request)) return undefined;
    const { temperature, top_p: topP, top_k: topK } = request.body;
    if (typeof temperature === 'number' && temperature !== 1) return refuseMessages('thinking-temperature');
    if (typeof topP === 'number' && topP < MIN_TOP_P) return refuseMessages('thinking-top-p');
    return typeof topK === 'number' ? refuseMessages('thinking-top-k') : undefined;
  },

  function forcedTool(request) {
    const type = request.toolChoice?.type;
    return wantsThinking(request) && (type === 'any' || type === 'tool')
      ? refuseMessages('thinking-forced-tool')
      : undefined;
  },

  /**
   * A loop of calls and results is one turn of the model, and only its first message must begin with a thought.
   * Adaptive thinking may skip thoughts, so nothing is demanded there. docs/cortex-quirks.md#thinking-in-tool-loop
   */
  function openLoop({ thinking, messages }) {
    if (thinking?.type !== 'enabled') return undefined;
    const turns = turnsOf(messages);
    if (!isResults(turns.at(-1))) return undefined;
    const asked = turns.findLastIndex((turn) => turn.role === 'user' && !isResults(turn));
    const first = turns[asked + 1]?.blocks[0];
    if (first === undefined || isThought(first.block.type)) return undefined;
    return refuseMessages('thinking-first', { index: first.at[0], found: first.block.type });
  },

  function signatures({ messages }, model) {
    return firstRefusal(messages, ({ blocks }, index) =>
      firstRefusal(blocks, ({ type, thinking, signature }, block) => {
        if (type === 'redacted_thinking') return refuseMessages('thinking-data', { index, block });
        const ours = type !== 'thinking' || verifyThought(model.name, stringOf(thinking), stringOf(signature));
        return ours ? undefined : refuseMessages('thinking-signature', { index, block });
      }),
    );
  },
];

function isResults(turn: Turn | undefined): boolean {
  return turn?.role === 'user' && turn.blocks.some(({ block }) => block.type === 'tool_result');
}

function isThought(type: string): boolean {
  return type === 'thinking' || type === 'redacted_thinking';
}
