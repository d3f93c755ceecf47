import { onCortex, type RequestMend } from './mend.ts';

/** Some models answer 400 to any temperature or top_p. */
export const samplingRefused: RequestMend = {
  id: 'sampling-refused',
  since: '2026-06',
  evidence: 'docs/cortex-quirks.md#sampling-refused',
  applies: (target) => onCortex(target) && !target.capabilities.sampling,
  request(body, { model }) {
    const sent = (['temperature', 'top_p', 'top_k'] as const).filter((field) => body[field] !== undefined);
    return sent.map((path) => {
      const isDefault = path !== 'top_k' && body[path] === 1;
      delete body[path];
      const because = `${model} takes no sampling parameters`;
      return { code: 'dropped', path, because, ...(isDefault ? { harmless: true } : {}) };
    });
  },
};
