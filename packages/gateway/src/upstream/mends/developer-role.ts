import { replaceMessages } from './messages.ts';
import { onCortex, type RequestMend } from './mend.ts';

/** Models other than OpenAI's know no developer: the same words come from the system. */
export const developerRole: RequestMend = {
  id: 'developer-role',
  since: '2026-08',
  evidence: 'docs/cortex-quirks.md#developer-role',
  applies: (target) => onCortex(target) && target.capabilities.family !== 'openai',
  request(body) {
    replaceMessages(body, (message) => (message.role === 'developer' ? { ...message, role: 'system' } : message));
    return [];
  },
};
