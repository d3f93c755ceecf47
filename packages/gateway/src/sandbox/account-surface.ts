/** The contract between the sandbox's server and what belongs to the account: the gate before the models, SQL, admin calls. */
import type { SandboxAccount } from './account.ts';
import type { CredentialStore } from './credentials/store.ts';
import type { OpenEntry, RequestLog } from './request-log.ts';
import type { StatementStore } from './sql/statement-store.ts';
import type { SandboxReply, SandboxRequest, SandboxWorld } from './surface.ts';

/** A request with its address, for surfaces that have names in their paths. */
export interface RoutedRequest extends SandboxRequest {
  pathname: string;
  query: URLSearchParams;
  /** Takes down what befell the request, for whoever asks later. */
  entry: Pick<OpenEntry, 'fault' | 'tokens'>;
}

/** The world with the account that requests are made to. */
export interface AccountWorld extends SandboxWorld {
  account: SandboxAccount;
  credentials: CredentialStore;
  statements: StatementStore;
  requests: RequestLog;
  /** How many connections are open now, idle ones and that of the asker included. */
  openConnections: () => number;
}

/** What an account answers. */
export type AccountSurface = (request: RoutedRequest, world: AccountWorld) => SandboxReply;
