import { onCortex, type RequestMend } from './mend.ts';

/** OpenAI refuses `top_logprobs` unless `logprobs` is on; a client that left it off reads neither. */
export const topLogprobsAlone: RequestMend = {
  id: 'top-logprobs-alone',
  since: '2026-11',
  evidence: 'docs/cortex-quirks.md#top-logprobs-alone',
  applies: (target) => onCortex(target) && target.capabilities.family === 'openai',
  request(body) {
    const { logprobs, top_logprobs: alternatives } = body;
    if (logprobs === true || alternatives === undefined || alternatives === null) return [];
    delete body.top_logprobs;
    const because = 'it counts only where logprobs is true';
    return [{ code: 'dropped', path: 'top_logprobs', because, ...(alternatives === 0 ? { harmless: true } : {}) }];
  },
};
