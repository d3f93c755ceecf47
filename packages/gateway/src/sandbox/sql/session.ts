import type { SandboxAccount } from '../account.ts';
import type { SandboxWorld } from '../surface.ts';

/** Who runs a statement, and where. */
export interface Session {
  account: SandboxAccount;
  world: SandboxWorld;
  nowMs: number;
  role: string;
  /** Empty for none. */
  warehouse: string;
}

export function isAdministrator({ role }: Session): boolean {
  return role === 'ACCOUNTADMIN';
}
