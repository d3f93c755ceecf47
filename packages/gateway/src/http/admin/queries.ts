import { z } from 'zod';
import { GatewayError } from '../../errors/error.ts';
import { ERRORS } from '../../errors/table.ts';
import { GROUPINGS } from '../../usage/tally.ts';

const MOST_ROWS = 200;
const OUTCOMES = new Set(['ok', 'failed', ...Object.keys(ERRORS)]);

/** The contract's `ExchangesQuery`, as it stands in a query string. */
export const exchangesQuery = z.strictObject({
  limit: z.coerce
    .number('must be a whole number')
    .int('must be a whole number')
    .min(1, 'must be 1 or more')
    .max(MOST_ROWS, `must be ${MOST_ROWS} or less`)
    .optional(),
  before: text('must be the "next" of the page before').optional(),
  model: text('must be one name').optional(),
  outcome: text('must be one word')
    .refine((outcome) => OUTCOMES.has(outcome), `must be ok, failed or a kind of error, which are ${kindsOfError()}`)
    .optional(),
});

/** The contract's `UsageQuery`. */
export const usageQuery = z.strictObject({
  since: text('must be one period').optional(),
  by: z.enum(GROUPINGS, `must be ${listed(GROUPINGS)}`).optional(),
});

/** @throws GatewayError `invalid-request` that names the parameter */
export function readQuery<Query>(schema: z.ZodObject & z.ZodType<Query>, query: unknown): Query {
  const { data, error } = schema.safeParse(query);
  if (error === undefined) return data;
  const [issue] = error.issues;
  if (issue?.code === 'unrecognized_keys') {
    const param = issue.keys[0] ?? '';
    throw wrongParameter(param, `is no parameter here. There are ${Object.keys(schema.shape).join(', ')}`);
  }
  throw wrongParameter(issue?.path.join('.') ?? '', issue?.message ?? 'is wrong');
}

/** @param what continues the sentence that begins with the parameter's name */
export function wrongParameter(param: string, what: string): GatewayError {
  return new GatewayError('invalid-request', `"${param.slice(0, 50)}" ${what}.`, { param: param.slice(0, 50) });
}

function text(otherwise: string): z.ZodString {
  return z.string(otherwise).min(1, 'must not be empty');
}

function kindsOfError(): string {
  return Object.keys(ERRORS).join(', ');
}

function listed(words: readonly string[]): string {
  return `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}
