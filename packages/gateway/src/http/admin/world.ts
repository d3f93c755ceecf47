import type { Status } from '@couloir/sdk';
import type { Clock } from '../../kit/clock.ts';
import type { Random } from '../../kit/random.ts';
import type { Admission } from '../../policy/admission/admission.ts';
import type { Cooldowns } from '../../policy/cooldowns.ts';
import type { Identify } from '../../policy/identify.ts';
import type { Traffic } from '../../policy/routing/traffic.ts';
import type { ExchangeRecords } from '../../store/ports.ts';
import type { Logger } from '../../telemetry/log.ts';
import type { Deployment } from '../../upstream/deployment.ts';

/** What the admin half takes from the gateway. It reads; nothing here changes anything. */
export interface AdminWorld {
  version: string;
  sandbox: boolean;
  startedAtMs: number;
  clock: Pick<Clock, 'now' | 'sleep'>;
  random: Random;
  log: Logger;
  identify: Identify;
  /** True while new requests are taken. */
  isReady(): boolean;
  /** The model names that clients are told of. */
  listed(): { name: string; deployment: Deployment }[];
  /** Those of the configuration. */
  deployments(): Deployment[];
  traffic: Pick<Traffic, 'of'>;
  cooldowns: Pick<Cooldowns, 'view'>;
  admission: Pick<Admission, 'view'>;
  exchanges: ExchangeRecords;
  /** The statuses of all processes of this gateway, where there are several. */
  gather?: () => Promise<Status[]>;
}
