/** Llama, Mistral, DeepSeek and the rest: text in, text out, every extra ignored. */
import { type Rule, refuseChat } from './rule.ts';

const ROLES = ['system', 'user', 'assistant'];

export const otherRules: readonly Rule[] = [
  function roles({ messages }, _model, { developerRole }) {
    const allowed = developerRole === 'accept' ? [...ROLES, 'developer'] : ROLES;
    const stranger = messages.find(({ role }) => !allowed.includes(role));
    return stranger === undefined ? undefined : refuseChat('unknown-role', { role: stranger.role });
  },
];
