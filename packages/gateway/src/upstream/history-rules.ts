import type { HistoryRules } from '../ir/history.ts';
import type { Deployment } from './deployment.ts';

/** In a conversation, and whatever the family: docs/cortex-quirks.md#image-urls */
const MOST_IMAGES = 20;

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

/** Snowflake's specification of it: turns alternate and the user has the last word (docs/cortex-quirks.md#complete-role-rules). */
const COMPLETE: Omit<HistoryRules, 'tools'> = {
  ...MESSAGES,
  dialect: 'cortex-complete',
  assistantLast: 'refused',
};

/** What a deployment demands of a conversation's history. */
export function historyRulesOf(deployment: Pick<Deployment, 'dialect' | 'capabilities'>): HistoryRules {
  // A model without eyes is told of every image anyway.
  return deployment.capabilities.vision ? { ...rulesOf(deployment), mostImages: MOST_IMAGES } : rulesOf(deployment);
}

function rulesOf({ dialect, capabilities }: Pick<Deployment, 'dialect' | 'capabilities'>): HistoryRules {
  const assistantLast = capabilities.prefill ? 'without-tools' : 'refused';
  if (dialect === 'anthropic-messages') return { ...MESSAGES, assistantLast };
  if (dialect === 'cortex-complete') return { ...COMPLETE, tools: capabilities.tools };
  if (capabilities.family === 'claude') return { ...CHAT_COMPLETIONS, declareTools: true, assistantLast };
  return capabilities.tools ? CHAT_COMPLETIONS : { ...CHAT_COMPLETIONS, tools: false };
}
