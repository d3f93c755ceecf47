import { isAllowed } from '../account.ts';
import { findModel } from '../model-table.ts';
import { inferenceRegion } from '../regions.ts';
import { simulateTurn } from '../script/simulate.ts';
import type { Session } from './session.ts';
import { failSql, type SqlFailure } from './sql-errors.ts';

const OUTPUT_TOKENS = 4096;

export interface Completion {
  text: string;
  usage: { prompt_tokens: number; completion_tokens: number; total_tokens: number };
}

/**
 * `SNOWFLAKE.CORTEX.COMPLETE`. It is not logged with the REST API's calls, and a role without CORTEX_USER is told that
 * there is no such function.
 */
export function answerComplete(
  model: string,
  messages: readonly { role: 'user' | 'assistant' | 'system'; content: string }[],
  session: Session,
  maxTokens = OUTPUT_TOKENS,
): Completion | SqlFailure {
  const { account, world, role, warehouse } = session;
  if (warehouse === '') return failSql('no-warehouse');
  if (!account.grants.mayCallFunctions(role)) {
    return failSql('function-user-defined', { name: 'SNOWFLAKE.CORTEX.COMPLETE' });
  }
  const known = findModel(model);
  if (known === undefined || !isAllowed(model, account.settings)) {
    return failSql('remote-service', { status: 400, text: `"unknown model \\"${model}\\""` });
  }
  const { region, crossRegion } = account.settings;
  if (inferenceRegion(model, region, crossRegion) === undefined) {
    const words = 'The model you requested is unavailable in your region.';
    return failSql('remote-service', { status: 400, text: `"${words}"` });
  }
  const turn = simulateTurn(
    {
      model,
      messages: messages.map((said) => ({
        role: said.role,
        text: said.content,
        images: 0,
        calls: [],
        cacheMark: false,
      })),
      tools: [],
      thinks: false,
      maxTokens,
      stop: [],
    },
    world,
  );
  if (turn.fault !== undefined) return failSql('remote-service', { status: turn.fault.name, text: 'simulated' });
  const { input, output } = turn.usage;
  return {
    text: turn.parts.map((part) => (part.kind === 'text' ? part.text : '')).join(''),
    usage: { prompt_tokens: input, completion_tokens: output, total_tokens: input + output },
  };
}
