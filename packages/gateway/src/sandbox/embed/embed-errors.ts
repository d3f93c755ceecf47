/** The refusals of `inference:embed`, as data. `evidence` as in `../errors.ts`. */
import { type CortexError, type Refusal, refusalOf } from '../errors.ts';

const LIMITS = 'limit from Snowflake docs, Embed API; text unpublished';

const EMBED_ERRORS = {
  'no-texts': { status: 400, text: 'text must not be empty', evidence: 'inferred', source: LIMITS },
  'too-many-texts': {
    status: 400,
    text: 'text has {count} elements, the maximum is {limit}',
    evidence: 'inferred',
    source: LIMITS,
  },
  'text-too-long': {
    status: 400,
    text: 'text[{index}] exceeds the maximum length of {limit} characters',
    evidence: 'inferred',
    source: LIMITS,
  },
  /** docs/cortex-quirks.md#embed-timed-out */
  'timed-out': {
    status: 503,
    text: 'embed timed out',
    evidence: 'documented',
    source: 'Snowflake docs, Cortex REST API',
  },
} as const satisfies Record<string, CortexError>;

/** The refusal called `name`, its `{placeholders}` filled in. */
export function refuseEmbed(name: keyof typeof EMBED_ERRORS, values: Record<string, string | number> = {}): Refusal {
  return refusalOf(EMBED_ERRORS[name], values);
}
