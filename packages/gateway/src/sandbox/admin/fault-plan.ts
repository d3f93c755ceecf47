import type { Random } from '../../kit/random.ts';
import { FAULT_NAMES } from '../faults.ts';

/** A fault that befalls a share of all requests, or of those for one model. */
export interface PlannedFault {
  /** From 0 to 1. */
  share: number;
  name: string;
  model?: string;
}

/** The random faults of `--fault` and of `POST /sandbox/faults`. The same seed gives the same run. */
export class FaultPlan {
  readonly #random: Random;
  #faults: PlannedFault[];

  constructor(random: Random, faults: PlannedFault[] = []) {
    this.#random = random;
    this.#faults = faults;
  }

  get faults(): readonly PlannedFault[] {
    return this.#faults;
  }

  replace(faults: PlannedFault[]): void {
    this.#faults = faults;
  }

  /** The fault of this request, if any. Each planned fault has its own draw, in order. */
  draw(model: string): string | undefined {
    for (const fault of this.#faults) {
      if (fault.model !== undefined && fault.model !== model) continue;
      if (this.#random.float() < fault.share) return fault.name;
    }
    return undefined;
  }
}

const SYNTAX = /^(?:(?<percent>\d+(?:\.\d+)?)%:)?(?<name>[A-Za-z0-9-]+)(?:@(?<model>\S+))?$/;

/**
 * Reads `5%:503` (one request in twenty), `503` (every request) and `5%:503@claude-sonnet-4-6`.
 * @throws Error with a sentence that says what is wrong
 */
export function parseFault(text: string): PlannedFault {
  const { percent, name, model } = SYNTAX.exec(text.trim())?.groups ?? {};
  if (name === undefined) throw new Error(`"${text}" is no fault. Write it like 5%:503, 503 or 5%:reset@llama3.1-8b.`);
  if (!FAULT_NAMES.includes(name)) {
    throw new Error(`The sandbox knows no fault "${name}". It knows: ${FAULT_NAMES.join(', ')}.`);
  }
  const share = percent === undefined ? 1 : Number(percent) / 100;
  if (share > 1) throw new Error(`"${text}" asks for more than 100%.`);
  return { share, name, ...(model === undefined ? {} : { model }) };
}

/** The inverse of `parseFault`. */
export function formatFault({ share, name, model }: PlannedFault): string {
  return `${Number((share * 100).toFixed(6))}%:${name}${model === undefined ? '' : `@${model}`}`;
}
