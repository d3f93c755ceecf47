import { onCortex, type RequestMend } from './mend.ts';

/** OpenAI's temperature goes from 0 to 2, that of all others to 1: clients written for the one reach the others. */
export const temperatureRange: RequestMend = {
  id: 'temperature-range',
  since: '2026-11',
  evidence: 'docs/cortex-quirks.md#temperature-range',
  applies: (target) => onCortex(target) && target.capabilities.family !== 'openai',
  request(body) {
    if (typeof body.temperature !== 'number' || body.temperature <= 1) return [];
    body.temperature = 1;
    const because = 'the temperature of this model goes from 0 to 1, so it became 1';
    return [{ code: 'coerced', path: 'temperature', because }];
  },
};
