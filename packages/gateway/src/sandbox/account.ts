/** The one account this sandbox simulates: what an administrator of a real one would have set. */
import { seededRandom } from '../kit/random.ts';
import { FaultPlan, type PlannedFault } from './admin/fault-plan.ts';
import { Grants } from './grants.ts';
import { type ModelLimit, RateLimiter } from './limits.ts';
import { UsageHistory } from './usage-history.ts';

export interface AccountSettings {
  organization: string;
  name: string;
  user: string;
  /** What requests run as that name no role. */
  defaultRole: string;
  /** The user's default warehouse; empty for none. */
  warehouse: string;
  /** `AWS_US_WEST_2`, as CURRENT_REGION() writes it. */
  region: string;
  /** CORTEX_ENABLED_CROSS_REGION. */
  crossRegion: string;
  /** CORTEX_MODELS_ALLOWLIST: `All`, `None` or names with commas. */
  modelsAllowlist: string;
  /** False: a trial account, which may not call the Cortex REST API. */
  restApi: boolean;
  /** Models whose budget is spent; `*` for all. */
  spentModels: string[];
  /** How far ACCOUNT_USAGE lags behind. */
  viewLatencyMs: number;
}

export interface SandboxAccount {
  settings: AccountSettings;
  readonly grants: Grants;
  readonly limits: RateLimiter;
  readonly usage: UsageHistory;
  readonly faults: FaultPlan;
}

/** Everything is open: whoever wants a narrower account says so. */
export const OPEN_ACCOUNT: AccountSettings = {
  organization: 'COULOIR',
  name: 'SANDBOX',
  user: 'SANDBOX_USER',
  defaultRole: 'SANDBOX_ROLE',
  warehouse: 'SANDBOX_WH',
  region: 'AWS_US_WEST_2',
  crossRegion: 'ANY_REGION',
  modelsAllowlist: 'All',
  restApi: true,
  spentModels: [],
  viewLatencyMs: 0,
};

export function createAccount(options: {
  settings?: Partial<AccountSettings>;
  limits?: Record<string, ModelLimit>;
  faults?: PlannedFault[];
  seed: string;
  now: () => number;
}): SandboxAccount {
  return {
    settings: { ...OPEN_ACCOUNT, ...options.settings },
    grants: new Grants(),
    limits: new RateLimiter(options.now, options.limits),
    usage: new UsageHistory(),
    faults: new FaultPlan(seededRandom(`${options.seed}\0faults`), options.faults),
  };
}

/** Whether CORTEX_MODELS_ALLOWLIST names the model. */
export function isAllowed(model: string, { modelsAllowlist }: AccountSettings): boolean {
  const word = modelsAllowlist.trim().toUpperCase();
  if (word === 'ALL' || word === '') return true;
  return word !== 'NONE' && word.split(/\s*,\s*/).includes(model.toUpperCase());
}
