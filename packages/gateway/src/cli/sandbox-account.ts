import {
  type AccountSettings,
  documentedLimits,
  type ModelLimit,
  OPEN_ACCOUNT,
  parseFault,
  type SandboxOptions,
} from '../sandbox/index.ts';
import { readAssignments } from './assignments.ts';
import { CommandError } from './failure.ts';

/** What `couloir sandbox` is told of the account it simulates. */
export interface AccountFlags {
  /** `name=value` each. */
  account: string[];
  /** `claude-sonnet-4-6=10rpm,5000tpm` each, or the one word `documented`. */
  limit: string[];
  /** `5%:503` each. */
  fault: string[];
}

/** @throws CommandError for what no account has, with what there is */
export function readAccountFlags({
  account,
  limit,
  fault,
}: AccountFlags): Pick<SandboxOptions, 'account' | 'limits' | 'faults'> {
  return {
    account: readSettings(account),
    limits: Object.assign({}, ...limit.map(readLimit)) as Record<string, ModelLimit>,
    faults: fault.map((text) => orSayWhy(() => parseFault(text))),
  };
}

function readSettings(pairs: readonly string[]): Partial<AccountSettings> {
  return readAssignments<AccountSettings>(
    pairs,
    OPEN_ACCOUNT,
    'the account of the sandbox has no setting',
    (name, text) => {
      const known = OPEN_ACCOUNT[name];
      if (Array.isArray(known)) return text.split(',').filter((entry) => entry !== '');
      if (typeof known === 'number') return readNumber(text, name);
      return typeof known === 'boolean' ? text !== 'false' : text;
    },
  );
}

function readLimit(text: string): Record<string, ModelLimit> {
  if (text === 'documented') return documentedLimits();
  const { model, list } = /^(?<model>[^=]+)=(?<list>\d+(?:rpm|tpm)(?:,\d+(?:rpm|tpm))?)$/.exec(text)?.groups ?? {};
  if (model === undefined || list === undefined) {
    throw new CommandError(
      `"${text}" is no limit. Write it like claude-sonnet-4-6=10rpm,5000tpm, with * for every model, or say documented.`,
      2,
    );
  }
  const of = (unit: string) => /^\d+/.exec(list.split(',').find((entry) => entry.endsWith(unit)) ?? '')?.[0];
  const requests = of('rpm');
  const tokens = of('tpm');
  return {
    [model]: {
      ...(requests === undefined ? {} : { requestsPerMinute: Number(requests) }),
      ...(tokens === undefined ? {} : { tokensPerMinute: Number(tokens) }),
    },
  };
}

function readNumber(value: string, name: string): number {
  if (/^\d+$/.test(value)) return Number(value);
  throw new CommandError(`the setting "${name}" takes a number, like ${name}=0.`, 2);
}

function orSayWhy<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new CommandError(cause instanceof Error ? cause.message : 'a flag makes no sense.', 2);
  }
}
