import type { LoadedSettings } from '../config/load.ts';
import type { Clock } from '../kit/clock.ts';
import type { Transport } from '../upstream/transport.ts';
import type { Spending } from './spending.ts';

/** What every check may look at. */
export interface DoctorContext {
  loaded: LoadedSettings;
  /** Where a `.env` file is looked for when there is no configuration file. */
  cwd: string;
  /** Couloir's own folder. */
  home: string;
  transport: Transport;
  clock: Clock;
  userAgent: string;
  spending: Spending;
  signal: AbortSignal;
}
