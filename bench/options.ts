import { parseArgs } from 'node:util';

export interface BenchOptions {
  quick: boolean;
  /** Only the cases that goals hang on, at full length. */
  decisive: boolean;
  rounds: number | undefined;
  /** Parts of names of cases; none stands for all. */
  cases: string[];
  /** Names of variants beside those that the ratios need; none stands for all. */
  variants: string[];
  profile: boolean;
  /** Where to write all figures as JSON. */
  json: string | undefined;
  /** Renew docs/performance.md. */
  write: boolean;
  litellm: string | undefined;
  bifrost: string | undefined;
  help: boolean;
}

export const USAGE = `npm run bench -- [options]
  --quick            two minutes: the cases that goals hang on, one round of short windows
  --decisive         half an hour: the same cases at full length, and everything that is not a case
  --case PART        only cases with this in their name; repeatable
  --variant NAME     only this variant, beside direct and nginx; repeatable
  --rounds N         how often every case is run on every variant (3)
  --profile          run the cases of Couloir under V8's profiler and tell where the time goes
  --json FILE        write all figures
  --write            write docs/performance.md and its chart
  --litellm COMMAND  also measure LiteLLM, started so; docs/performance.md tells what the command gets
  --bifrost COMMAND  also measure Bifrost`;

/** @throws TypeError for what is no option, Error for a number that is none */
export function readOptions(words: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...words],
    options: {
      quick: { type: 'boolean', default: false },
      decisive: { type: 'boolean', default: false },
      case: { type: 'string', multiple: true, default: [] },
      variant: { type: 'string', multiple: true, default: [] },
      rounds: { type: 'string' },
      profile: { type: 'boolean', default: false },
      json: { type: 'string' },
      write: { type: 'boolean', default: false },
      litellm: { type: 'string' },
      bifrost: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const rounds = values.rounds === undefined ? undefined : Number(values.rounds);
  if (rounds !== undefined && !(Number.isInteger(rounds) && rounds > 0)) {
    throw new Error(`--rounds takes a whole number from 1 up, not "${values.rounds}".`);
  }
  const { case: cases, variant: variants, ...rest } = values;
  return { ...rest, rounds, cases, variants, json: values.json, litellm: values.litellm, bifrost: values.bifrost };
}
