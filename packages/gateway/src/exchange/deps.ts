import type { Settings } from '../config/settings.ts';
import type { Clock } from '../kit/clock.ts';
import type { Random } from '../kit/random.ts';
import type { Admission } from '../policy/admission/admission.ts';
import type { Cooldowns } from '../policy/cooldowns.ts';
import type { Identify } from '../policy/identify.ts';
import type { Pacer } from '../policy/pacing/pacer.ts';
import type { RepeatGuard } from '../policy/repeat-guard.ts';
import type { RouteTable } from '../policy/route.ts';
import type { Router } from '../policy/routing/router.ts';
import type { Traffic } from '../policy/routing/traffic.ts';
import type { ExchangeLog, ResponseStore } from '../store/ports.ts';
import type { Logger } from '../telemetry/log.ts';
import type { MeasureExchange } from '../telemetry/metrics/exchange-metrics.ts';
import type { Tracer } from '../telemetry/trace.ts';
import type { Deployment } from '../upstream/deployment.ts';
import type { FetchImage } from '../upstream/remote-media.ts';
import type { Transport } from '../upstream/transport.ts';
import type { KeepAlive } from './stream-out.ts';
import type { ThinkingMemory } from './thinking-memory.ts';

/** What exchanges take from the world. Built once, in `gateway.ts`. */
export interface ExchangeDeps {
  settings: Pick<Settings, 'dropParams' | 'retries' | 'timeouts' | 'disabledMends' | 'routing'>;
  clock: Clock;
  random: Random;
  log: Logger;
  transport: Transport;
  fetchImage: FetchImage;
  identify: Identify;
  admission: Admission;
  routes: RouteTable;
  router: Router;
  traffic: Traffic;
  cooldowns: Cooldowns;
  /** Absent where pacing is switched off. */
  pacer?: Pacer;
  memory: ThinkingMemory;
  repeats: RepeatGuard;
  responses: ResponseStore;
  exchanges: ExchangeLog;
  keepAlive: KeepAlive;
  measure: MeasureExchange;
  /** Absent where no collector is configured. */
  tracer?: Tracer;
  userAgent: string;
  /** How a deployment's upstream is called in error messages. */
  nameOf: (deployment: Deployment) => string;
}
