import type { Random } from '../../kit/random.ts';
import { FAULT_NAMES } from '../faults.ts';
import { isTimingFault, readFaultValue, TIMING_FAULT_NAMES, type TimingFault } from './timing-faults.ts';

/** A fault that befalls a share of all requests, or of those for one model. */
export interface PlannedFault {
  /** From 0 to 1. */
  share: number;
  name: string;
  /** What a fault of time is told: `2s`, or a number of events. */
  value?: string;
  model?: string;
}

/** What befalls one request. */
export type DrawnFault = { name: string; timing?: undefined } | { name: string; timing: TimingFault };

/** What goes wrong between a gateway and Cortex on a bad day; `mixed` is any of these. */
const MIXED: readonly string[] = [
  '429',
  '503',
  'reset',
  'stall',
  'stall-midway',
  'cut',
  'garbage',
  'empty',
  'unfinished',
  'stream-error',
  '390318',
];

/** The random faults of `--fault` and of `POST /sandbox/faults`. The same seed gives the same run. */
export class FaultPlan {
  readonly #random: Random;
  #faults: readonly PlannedFault[];

  constructor(random: Random, faults: readonly PlannedFault[] = []) {
    this.#random = random;
    this.#faults = faults;
  }

  get faults(): readonly PlannedFault[] {
    return this.#faults;
  }

  replace(faults: readonly PlannedFault[]): void {
    this.#faults = faults;
  }

  /** The fault of this request, if any. Each planned fault has its own draw, in order. */
  draw(model: string): DrawnFault | undefined {
    for (const fault of this.#faults) {
      if (fault.model !== undefined && fault.model !== model) continue;
      if (this.#random.float() < fault.share) return this.#drawn(fault);
    }
    return undefined;
  }

  #drawn({ name: planned, value: text }: PlannedFault): DrawnFault {
    const name = planned === 'mixed' ? MIXED[Math.floor(this.#random.float() * MIXED.length)]! : planned;
    if (!isTimingFault(name)) return { name };
    // What `mixed` is told is how long its silences are.
    const value = planned === 'mixed' && name === 'cut' ? undefined : readFaultValue(name, text);
    return { name, timing: { name, position: this.#random.float(), ...(value === undefined ? {} : { value }) } };
  }
}

const SYNTAX =
  /^(?:(?<percent>\d+(?:\.\d+)?)%:)?(?<name>[A-Za-z0-9-]+)(?:=(?<value>\d+(?:\.\d+)?[a-z]*))?(?:@(?<model>\S+))?$/;

/**
 * Reads `5%:503` (one request in twenty), `503` (every request), `5%:stall=2s` and `5%:503@claude-sonnet-4-6`.
 * @throws Error with a sentence that says what is wrong
 */
export function parseFault(text: string): PlannedFault {
  const { percent, name, value, model } = SYNTAX.exec(text.trim())?.groups ?? {};
  if (name === undefined)
    throw new Error(`"${text}" is no fault. Write it like 5%:503, 503 or 5%:stall=2s@llama3.1-8b.`);
  checkValue(name, value);
  const share = percent === undefined ? 1 : Number(percent) / 100;
  if (share > 1) throw new Error(`"${text}" asks for more than 100%.`);
  return { share, name, ...(value === undefined ? {} : { value }), ...(model === undefined ? {} : { model }) };
}

function checkValue(name: string, value: string | undefined): void {
  if (isTimingFault(name)) readFaultValue(name, value);
  else if (name === 'mixed') readFaultValue('stall', value);
  else if (!FAULT_NAMES.includes(name)) {
    const known = [...FAULT_NAMES, ...TIMING_FAULT_NAMES, 'mixed'];
    throw new Error(`The sandbox knows no fault "${name}". It knows: ${known.join(', ')}.`);
  } else if (value !== undefined) {
    throw new Error(`The fault "${name}" takes no value; ${TIMING_FAULT_NAMES.join(', ')} and mixed do.`);
  }
}

/** The inverse of `parseFault`. */
export function formatFault({ share, name, value, model }: PlannedFault): string {
  const told = value === undefined ? '' : `=${value}`;
  return `${Number((share * 100).toFixed(6))}%:${name}${told}${model === undefined ? '' : `@${model}`}`;
}
