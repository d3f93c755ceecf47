/** One way into one upstream: deployments that share host, credential, role and warehouse, and what was learnt of them. */
import type { GatewayError } from '../errors/error.ts';
import { type CortexAddress, cortexAddress } from '../upstream/account.ts';
import { classifyTransport } from '../upstream/classify-transport.ts';
import type { Deployment } from '../upstream/deployment.ts';
import { askForLittle } from '../upstream/probe.ts';
import { runStatement } from '../upstream/sql/run-statement.ts';
import type { SqlValue } from '../upstream/sql/values.ts';
import type { TokenSource } from '../upstream/tokens/source.ts';
import type { DoctorContext } from './context.ts';
import { countTokens } from './spending.ts';

type Outcome<T> = { value: T; error?: undefined } | { value?: undefined; error: GatewayError };

/** What Snowflake says of whoever the credential belongs to. */
interface Session {
  user: string;
  role: string;
  /** Empty for none. */
  warehouse: string;
  region: string;
}

export interface Account {
  /** Its host, for people, and one of its models where several ways lead to that host. */
  name: string;
  origin: string;
  deployments: readonly Deployment[];
  tokens: TokenSource;
  /** Absent for another provider. */
  cortex?: CortexAddress;
  role?: string;
  warehouse?: string;
  /** Those that answered their call so far. */
  answering: readonly Deployment[];
  /** One call without a token: whether the host answers at all, and its clock less ours in milliseconds. */
  greet(): Promise<Outcome<{ aheadMs?: number }>>;
  /** One tiny call of the model; every deployment is called once, however many checks ask. */
  ask(deployment: Deployment): Promise<Outcome<true>>;
  /** One statement; rows by column name. */
  query(statement: string, options?: { warehouse: boolean }): Promise<Outcome<Record<string, SqlValue>[]>>;
  session(): Promise<Outcome<Session>>;
}

/** What a check of one account may look at. */
export interface AccountContext extends DoctorContext {
  account: Account;
}

const LONGEST_WAIT_MS = 15_000;
const STATEMENT_MS = 60_000;

/** In the order in which the configuration first names them. */
export function groupAccounts(deployments: readonly Deployment[], context: Omit<DoctorContext, 'loaded'>): Account[] {
  // Deployments with one host and one credential share their source of tokens.
  const sources = [...new Set(deployments.map(({ tokens }) => tokens))];
  const groups = Map.groupBy(deployments, ({ tokens, provider, base, role, warehouse }) => {
    const statements = provider === 'cortex' ? cortexAddress(base).urls.statements : '';
    return JSON.stringify([sources.indexOf(tokens), statements, role, warehouse]);
  });
  const hosts = Array.from(groups.values(), ([first]) => hostOf(first!));
  return Array.from(groups.values(), (group) => {
    const host = hostOf(group[0]!);
    const alone = hosts.indexOf(host) === hosts.lastIndexOf(host);
    return openAccount(alone ? host : `${host} for ${group[0]!.modelName}`, group, context);
  });
}

function hostOf({ origin }: Deployment): string {
  return new URL(origin).host;
}

function openAccount(
  name: string,
  deployments: readonly Deployment[],
  context: Omit<DoctorContext, 'loaded'>,
): Account {
  const { transport, clock, spending, signal, userAgent } = context;
  const [{ origin, tokens, provider, base, role, warehouse }] = deployments as [Deployment, ...Deployment[]];
  const cortex = provider === 'cortex' ? cortexAddress(base) : undefined;
  const answering: Deployment[] = [];
  const answers = new Map<Deployment, Promise<Outcome<true>>>();

  const query: Account['query'] = async (statement, { warehouse: isRun } = { warehouse: false }) => {
    spending.statement({ warehouse: isRun });
    const connection = {
      url: cortex?.urls.statements ?? '',
      tokens,
      transport,
      clock,
      userAgent,
      ...(role === undefined ? {} : { role }),
      ...(warehouse === undefined ? {} : { warehouse }),
    };
    return outcomeOf(origin, async () => {
      const options = { signal, timeoutMs: STATEMENT_MS, tag: 'couloir doctor' };
      return (await runStatement(connection, statement, options)).rows;
    });
  };

  return {
    name,
    origin,
    deployments,
    answering,
    tokens,
    ...(cortex === undefined ? {} : { cortex }),
    ...(role === undefined ? {} : { role }),
    ...(warehouse === undefined ? {} : { warehouse }),
    query,
    greet: once(() =>
      outcomeOf(origin, async () => {
        const { headers, body } = await transport.call({
          method: 'GET',
          url: `${origin}/`,
          headers: { 'user-agent': userAgent },
          signal,
          firstByteMs: LONGEST_WAIT_MS,
          idleMs: LONGEST_WAIT_MS,
        });
        tokens.learnClock(headers['date']);
        const theirsMs = Date.parse(String(headers['date']));
        const aheadMs = theirsMs - clock.now();
        body.destroy();
        return Number.isNaN(aheadMs) ? {} : { aheadMs };
      }),
    ),
    ask(deployment) {
      const asked =
        answers.get(deployment) ??
        outcomeOf(origin, async () => {
          spending.call(deployment.model, countTokens(await askForLittle(deployment, transport, signal)));
          answering.push(deployment);
          return true as const;
        });
      answers.set(deployment, asked);
      return asked;
    },
    session: once(async () => {
      const statement =
        'SELECT CURRENT_USER() AS "user", CURRENT_ROLE() AS "role", CURRENT_WAREHOUSE() AS "warehouse", CURRENT_REGION() AS "region"';
      const { value, error } = await query(statement);
      if (error !== undefined) return { error };
      const row = value[0] ?? {};
      const { user, role: taken, warehouse: found, region } = row;
      return {
        value: { user: textOf(user), role: textOf(taken), warehouse: textOf(found), region: textOf(region) },
      };
    }),
  };
}

async function outcomeOf<T>(origin: string, act: () => Promise<T>): Promise<Outcome<T>> {
  try {
    return { value: await act() };
  } catch (cause) {
    return { error: classifyTransport(cause, origin) };
  }
}

function once<T>(act: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined;
  return () => (running ??= act());
}

function textOf(value: SqlValue | undefined): string {
  return typeof value === 'string' ? value : '';
}
