import type { Deployment } from '../upstream/deployment.ts';

/** Requests and tokens a minute; absent where nobody knows. */
interface RateLimit {
  rpm?: number;
  tpm?: number;
  /** Those that the operator set. */
  configured?: ('rpm' | 'tpm')[];
}

/** What of a deployment says how it is limited. */
type Limited = Pick<Deployment, 'id' | 'provider' | 'origin' | 'model' | 'rpm' | 'tpm' | 'rateLimit'>;

/** What is counted together, under one name. */
interface CountedLimit {
  key: string;
  limits: RateLimit;
}

/** Of each deployment, found out once: every request asks. */
const LIMITS = new WeakMap<Limited, CountedLimit>();

/**
 * What a deployment may ask for in a minute, and under which name that is counted: Snowflake counts by model
 * and account. Other providers are limited where the operator says so.
 */
export function rateLimitOf(deployment: Limited): CountedLimit {
  const known = LIMITS.get(deployment);
  if (known !== undefined) return known;
  const limit = findLimit(deployment);
  LIMITS.set(deployment, limit);
  return limit;
}

function findLimit({ id, provider, origin, model, rpm, tpm, rateLimit }: Limited): CountedLimit {
  const known = provider === 'cortex' ? rateLimit : undefined;
  const requests = rpm ?? larger(known?.requestsPerMinute, known?.crossRegion?.requestsPerMinute);
  const tokens = tpm ?? larger(known?.tokensPerMinute, known?.crossRegion?.tokensPerMinute);
  return {
    // Of other providers nobody knows whose limit it is: two keys at one address may have two.
    key: provider === 'cortex' ? `${origin} ${model}` : `${origin} ${model} ${id}`,
    limits: {
      ...(requests === undefined ? {} : { rpm: requests }),
      ...(tokens === undefined ? {} : { tpm: tokens }),
      ...(rpm === undefined && tpm === undefined ? {} : { configured: configuredOf(rpm, tpm) }),
    },
  };
}

/** Whether an account may use other regions only it knows: the first 429 corrects what was too much. */
function larger(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? (one ?? other) : Math.max(one, other);
}

function configuredOf(rpm: number | undefined, tpm: number | undefined): ('rpm' | 'tpm')[] {
  return [...(rpm === undefined ? [] : (['rpm'] as const)), ...(tpm === undefined ? [] : (['tpm'] as const))];
}
