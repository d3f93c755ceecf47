import { GatewayError } from '../errors/error.ts';
import type { Clock } from '../kit/clock.ts';

/** One of two that run for the first piece of an answer. */
export interface Runner {
  /** Aborted when the request is, or when the other was first. */
  signal: AbortSignal;
  /** The answer begins: from here on it is this one's. False when the other was first. */
  claim(): boolean;
}

/** Runs alone: nothing to claim. */
export function unrivalled(signal: AbortSignal): Runner {
  return { signal, claim: () => true };
}

/**
 * Runs `first`, and `second` beside it when no answer has begun after a while. Whoever's answer begins first
 * goes on, the other is cancelled.
 * @returns what the one that went on came to
 * @throws what `first` threw when both failed, or failed before the second began
 */
export async function hedge<T>(
  first: (runner: Runner) => Promise<T>,
  second: (runner: Runner) => Promise<T>,
  { afterMs, signal, clock }: { afterMs: number; signal: AbortSignal; clock: Pick<Clock, 'after'> },
): Promise<T> {
  const cancels = [new AbortController(), new AbortController()] as const;
  let winner: 0 | 1 | undefined;
  const runner = (own: 0 | 1): Runner => ({
    signal: AbortSignal.any([signal, cancels[own].signal]),
    claim() {
      winner ??= own;
      if (winner === own)
        cancels[own === 0 ? 1 : 0].abort(new GatewayError('client-left', 'The other deployment was first.'));
      return winner === own;
    },
  });
  const running: Promise<T>[] = [first(runner(0))];
  const settled = running[0]!.then(
    () => true,
    () => true,
  );
  const late = new Promise<boolean>((resolve) => {
    const stop = clock.after(afterMs, () => resolve(false));
    void settled.then(() => {
      stop();
      resolve(true);
    });
  });
  if (!(await late) && winner === undefined) running.push(second(runner(1)));
  const outcomes = await Promise.allSettled(running);
  const isAnswer = ({ status }: PromiseSettledResult<T>, index: number) =>
    status === 'fulfilled' && (winner === undefined || winner === index);
  const told = outcomes.find(isAnswer) ?? outcomes[winner ?? 0]!;
  if (told.status === 'rejected') throw told.reason;
  return told.value;
}
