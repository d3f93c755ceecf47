import type { Clock } from '../../kit/clock.ts';
import type { Random } from '../../kit/random.ts';
import type { Transport } from '../transport.ts';

/** What tokens that are minted, fetched or watched need of the world. */
export interface TokenWorld {
  clock: Pick<Clock, 'now'>;
  random: Random;
  transport: Transport;
  /** Tells the operator what will fail later if nobody acts. Whole sentences without secrets. */
  warn(message: string): void;
}
