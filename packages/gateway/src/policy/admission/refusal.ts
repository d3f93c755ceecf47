import { GatewayError } from '../../errors/error.ts';
import type { GateBounds, GateReason } from './gate.ts';

/** Garbage collection and ending streams free memory within seconds, or not at all. */
const SHED_RETRY_MS = 5_000;

/** The whole gateway is full. */
export function gatewayFull(reason: GateReason, bounds: GateBounds, retryAfterMs: number): GatewayError {
  return new GatewayError(
    'overloaded',
    `The gateway is full (requests running: ${bounds.running}${whyNot(reason, bounds)}. Try again in a moment.`,
    { retryAfterMs },
  );
}

/** There is room, but not for this caller. */
export function callerFull(reason: GateReason, bounds: GateBounds, retryAfterMs: number): GatewayError {
  return new GatewayError(
    'rate-limited',
    `This key has as many requests running as it may (${bounds.perCaller}${whyNot(reason, bounds)}. Try again when one of them has ended.`,
    { retryAfterMs },
  );
}

export function deploymentFull(reason: GateReason, bounds: GateBounds, retryAfterMs: number): GatewayError {
  return new GatewayError(
    'overloaded',
    `The deployment of this model is full (requests running: ${bounds.running}${whyNot(reason, bounds)}. Try again in a moment.`,
    { retryAfterMs, retry: 'other' },
  );
}

export function memoryShort(): GatewayError {
  return new GatewayError(
    'overloaded',
    'The gateway is short of memory and takes no new work until some of the running work has ended. Try again in a few seconds.',
    { retryAfterMs: SHED_RETRY_MS },
  );
}

function whyNot(reason: GateReason, { queued, maxWaitMs }: GateBounds): string {
  if (reason === 'waited-too-long') return `), and none of them ended within ${maxWaitMs / 1000} s`;
  return queued === 0 ? ')' : `, waiting: ${queued})`;
}
