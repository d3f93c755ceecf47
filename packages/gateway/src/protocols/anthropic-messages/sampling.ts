import type { Note } from '../../ir/note.ts';
import type { GenerateRequest } from '../../ir/request.ts';
import type { MessagesRequest } from './wire.ts';

type WireSampling = Pick<MessagesRequest, 'temperature' | 'top_p' | 'top_k'>;

/** Sampling as far as this model and this request allow it; what is left out leaves a note. */
export function writeSampling(
  sampling: GenerateRequest['sampling'],
  { accepted, thinks }: { accepted: boolean; thinks: boolean },
  notes: Note[],
): WireSampling {
  if (sampling.seed !== undefined) {
    notes.push({ code: 'dropped', path: 'seed', because: 'Claude has no repeatable sampling' });
  }
  if (!accepted) return refuseAll(sampling, 'this model refuses sampling parameters', notes);
  // Sent although it is Anthropic's default, because Snowflake's is another: docs/cortex-quirks.md#thinking-temperature
  if (thinks) return { ...refuseAll(sampling, 'Claude thinks only with default sampling', notes), temperature: 1 };
  const { temperature, topP } = chooseOne(sampling, notes);
  return {
    ...(temperature === undefined ? {} : { temperature: clampTemperature(temperature, notes) }),
    ...(topP === undefined ? {} : { top_p: topP }),
    ...(sampling.topK === undefined || sampling.topK === 0 ? {} : { top_k: sampling.topK }),
  };
}

function refuseAll(sampling: GenerateRequest['sampling'], because: string, notes: Note[]): WireSampling {
  const { temperature, topP, topK } = sampling;
  for (const [path, value, neutral] of [
    ['temperature', temperature, 1],
    ['top_p', topP, 1],
    ['top_k', topK, 0],
  ] as const) {
    if (value === undefined) continue;
    notes.push({ code: 'dropped', path, because, ...(value === neutral ? { harmless: true } : {}) });
  }
  return {};
}

/** From 4.5 on Claude takes temperature or top_p, not both: the one that is not at its default stays, temperature first. */
function chooseOne(sampling: GenerateRequest['sampling'], notes: Note[]): { temperature?: number; topP?: number } {
  const { temperature, topP } = sampling;
  if (temperature === undefined || topP === undefined) return sampling;
  const because = 'Claude takes temperature or top_p, not both';
  if (temperature === 1 && topP !== 1) {
    notes.push({ code: 'dropped', path: 'temperature', because, harmless: true });
    return { topP };
  }
  notes.push({ code: 'dropped', path: 'top_p', because, ...(topP === 1 ? { harmless: true } : {}) });
  return { temperature };
}

function clampTemperature(temperature: number, notes: Note[]): number {
  const clamped = Math.min(1, Math.max(0, temperature));
  if (clamped !== temperature) {
    notes.push({
      code: 'coerced',
      path: 'temperature',
      because: `Claude's temperature goes from 0 to 1, so it became ${clamped}`,
    });
  }
  return clamped;
}
