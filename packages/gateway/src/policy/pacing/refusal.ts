import { GatewayError } from '../../errors/error.ts';
import type { PaceLimits, Shortage } from './window-counter.ts';

/** Why a request is not even queued, or leaves the queue without having been sent. */
export function paceRefusal(shortage: Shortage, limits: PaceLimits, maxWaitMs: number): GatewayError {
  return new GatewayError(
    'upstream-limited',
    `${whichLimit(shortage, limits)} There will be room in ${seconds(shortage.waitMs)}, which is longer than the ` +
      `${seconds(maxWaitMs)} that the gateway waits: try again then${advice(shortage, limits)}.`,
    // Another deployment has a window of its own.
    { retryAfterMs: shortage.waitMs, retry: 'other' },
  );
}

/** @param queued how many wait already */
export function fullQueue(shortage: Shortage, limits: PaceLimits, queued: number): GatewayError {
  return new GatewayError(
    'upstream-limited',
    `${whichLimit(shortage, limits)} ${queued} requests are waiting for room already, and no more may: ` +
      `try again in ${seconds(shortage.waitMs)}${advice(shortage, limits)}.`,
    { retryAfterMs: shortage.waitMs, retry: 'other' },
  );
}

function whichLimit({ by, limit, taught }: Shortage, limits: PaceLimits): string {
  if (by === 'upstream') return 'The upstream asked not to be sent anything for this model at present.';
  const key = by === 'requests' ? 'rpm' : 'tpm';
  const known = limits[key];
  const source = limits.configured?.includes(key) ? `configured as ${key}` : 'as Snowflake documents it';
  const amount = `${limit.toLocaleString('en')} ${by} per minute`;
  if (!taught || known === undefined)
    return `The limit of ${amount} for this model (${known === undefined ? 'learned from its 429s' : source}) is used up.`;
  return `The limit of ${known.toLocaleString('en')} ${by} per minute for this model (${source}), held at ${amount} since its last 429, is used up.`;
}

function advice({ by }: Shortage, limits: PaceLimits): string {
  if (by === 'upstream') return '';
  const key = by === 'requests' ? 'rpm' : 'tpm';
  return limits[key] === undefined
    ? ', or ask Snowflake for a higher limit'
    : `, or set a higher ${key} for the model if Snowflake allows the account more`;
}

function seconds(ms: number): string {
  return `${Number((Math.ceil(ms / 100) / 10).toFixed(1))} s`;
}
