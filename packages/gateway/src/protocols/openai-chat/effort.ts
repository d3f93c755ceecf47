/** Which of the efforts a model takes comes nearest to the one that is wanted. */
import type { Effort, GenerateRequest } from '../../ir/request.ts';

const EFFORTS = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'] as const satisfies readonly Effort[];

/**
 * The strongest effort the model takes that is no stronger than the wanted one, else its weakest.
 * Undefined when the request wants none in particular.
 */
export function chooseEffort(
  asked: NonNullable<GenerateRequest['reasoning']>,
  taken: readonly string[],
): string | undefined {
  const wanted = asked.effort ?? (asked.budgetTokens === undefined ? undefined : effortOfBudget(asked.budgetTokens));
  if (wanted === undefined) return undefined;
  const weaker = EFFORTS.slice(0, EFFORTS.indexOf(wanted) + 1);
  return weaker.findLast((effort) => taken.includes(effort)) ?? taken[0] ?? wanted;
}

function effortOfBudget(tokens: number): Effort {
  if (tokens <= 2_048) return 'low';
  return tokens <= 8_192 ? 'medium' : 'high';
}
