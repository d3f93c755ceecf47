import { onCortex, type RequestMend } from './mend.ts';

/** Most families give one choice whatever `n` says: the gateway asks as often as there are answers wanted. */
export const oneChoice: RequestMend = {
  id: 'one-choice',
  since: '2026-09',
  evidence: 'docs/cortex-quirks.md#one-choice',
  applies: onCortex,
  request(body, _target, reading) {
    const { n } = body;
    delete body.n;
    if (typeof n !== 'number' || n <= 1) return [];
    reading.choices = n;
    return [
      { code: 'simulated', path: 'n', because: `Cortex gives one answer per request, so ${n} requests are made` },
    ];
  },
};
