import { parseArgs } from 'node:util';

export interface SoakOptions {
  /** How long load runs, all rounds together; the pauses between them come on top. */
  minutes: number;
  /** Ends the load after so many requests instead. */
  requests: number | undefined;
  clients: number;
  /** Per cent of upstream requests that something befalls. */
  faults: number;
  workers: number;
  /** Equal parts of the load with a pause after each; the first warms up. */
  rounds: number;
  seed: string;
  /** Where to write the outcome as JSON. */
  json: string | undefined;
  /** Renew docs/soak.md. */
  write: boolean;
  help: boolean;
}

export const USAGE = `npm run soak -- [options]
  --minutes N    how long load runs (10)
  --requests N   end after so many requests instead
  --clients N    clients at the same time (200)
  --faults N     per cent of upstream requests that something befalls (20)
  --workers N    processes of the gateway (2)
  --rounds N     equal parts of the load, at least 3; memory is compared from the second to the last (4)
  --seed TEXT    the same seed plans the same conversations and faults
  --json FILE    write the outcome
  --write        write docs/soak.md`;

/** @throws TypeError for what is no option, Error for a number that is none */
export function readOptions(words: readonly string[]): SoakOptions {
  const { values } = parseArgs({
    args: [...words],
    options: {
      minutes: { type: 'string', default: '10' },
      requests: { type: 'string' },
      clients: { type: 'string', default: '200' },
      faults: { type: 'string', default: '20' },
      workers: { type: 'string', default: '2' },
      rounds: { type: 'string', default: '4' },
      seed: { type: 'string', default: 'soak' },
      json: { type: 'string' },
      write: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const { seed, json, write, help } = values;
  const faults = Number(values.faults);
  if (!(faults >= 0 && faults <= 100))
    throw new Error(`--faults takes a number from 0 to 100, not "${values.faults}".`);
  const minutes = Number(values.minutes);
  if (!(minutes > 0)) throw new Error(`--minutes takes a number above 0, not "${values.minutes}".`);
  return {
    minutes,
    requests: values.requests === undefined ? undefined : readCount('requests', values.requests, 1),
    clients: readCount('clients', values.clients, 1),
    faults,
    workers: readCount('workers', values.workers, 1),
    rounds: readCount('rounds', values.rounds, 3),
    seed,
    json,
    write,
    help,
  };
}

function readCount(name: string, text: string, least: number): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= least) return count;
  throw new Error(`--${name} takes a whole number from ${least} up, not "${text}".`);
}
