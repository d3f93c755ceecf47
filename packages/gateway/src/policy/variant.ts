import type { Effort } from '../ir/request.ts';

/** What the ending of a model name asks for: `cortex-opus-5-high`, `claude-sonnet-4-6-thinking-low`, `x-fast`. */
export interface Variant {
  /** The name without its endings. */
  model: string;
  effort?: Effort;
}

const EFFORTS: Record<string, Effort> = {
  none: 'none',
  minimal: 'minimal',
  low: 'low',
  medium: 'medium',
  high: 'high',
  xhigh: 'xhigh',
  extra: 'xhigh',
  max: 'max',
};

/** An ending that asks for thinking without saying how much. */
const THINKING: Effort = 'medium';

/**
 * Takes the endings off a name that is not served as it stands: pickers append them, and names that an
 * editor does not know are its user's only way to choose an effort (docs/cortex-quirks.md#cursor-model-names).
 * `-fast` asks for a priority tier, which Cortex has not: it is understood and changes nothing.
 */
export function readVariant(name: string): Variant | undefined {
  const parts = name.split('-');
  let effort: Effort | undefined;
  let taken = 0;
  for (const ending of parts.slice(1).toReversed()) {
    if (Object.hasOwn(EFFORTS, ending)) effort ??= EFFORTS[ending];
    else if (ending === 'thinking' || ending === 'reasoning') effort ??= THINKING;
    else if (ending !== 'fast' && ending !== 'priority') break;
    taken += 1;
  }
  if (taken === 0) return undefined;
  const model = parts.slice(0, parts.length - taken).join('-');
  return { model, ...(effort === undefined ? {} : { effort }) };
}
