import type { HistoryRules } from '../ir/history.ts';
import type { Deployment } from './deployment.ts';

/** Anthropic's: docs/cortex-quirks.md#parallel-history, #trailing-assistant, #prefill-refused, #blank-text. */
const MESSAGES: Omit<HistoryRules, 'assistantLast'> = {
  dialect: 'anthropic-messages',
  callIds: { allowed: /^[a-zA-Z0-9_-]+$/, maxLength: 64 },
  tools: true,
  declareTools: true,
  alternate: true,
  userFirst: true,
};

/** OpenAI's: results must follow their calls, and ids are at most 40 characters long. */
const CHAT_COMPLETIONS: HistoryRules = {
  dialect: 'openai-chat',
  callIds: { allowed: /^[\x21-\x7e]+$/, maxLength: 40 },
  tools: true,
  declareTools: false,
  alternate: false,
  userFirst: false,
  assistantLast: 'allowed',
};

/** What a deployment demands of a conversation's history. */
export function historyRulesOf({ dialect, capabilities }: Pick<Deployment, 'dialect' | 'capabilities'>): HistoryRules {
  const assistantLast = capabilities.prefill ? 'without-tools' : 'refused';
  if (dialect === 'anthropic-messages') return { ...MESSAGES, assistantLast };
  if (capabilities.family === 'claude') return { ...CHAT_COMPLETIONS, declareTools: true, assistantLast };
  return capabilities.tools ? CHAT_COMPLETIONS : { ...CHAT_COMPLETIONS, tools: false };
}
