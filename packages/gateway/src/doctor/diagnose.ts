/** All checks in order: those of this machine, then those of each account, then the gateway itself. */
import { formatProblem, type Problem } from '../config/problem.ts';
import type { Deployment } from '../upstream/deployment.ts';
import { type AccountContext, groupAccounts } from './account.ts';
import type { Check, Finding } from './check.ts';
import { clock } from './checks/clock.ts';
import { completeFunction } from './checks/complete-function.ts';
import { configuration } from './checks/configuration.ts';
import { credential } from './checks/credential.ts';
import { fileModes } from './checks/file-modes.ts';
import { gatewayChat, type GatewayContext } from './checks/gateway-chat.ts';
import { gatewayPort } from './checks/gateway-port.ts';
import { host } from './checks/host.ts';
import { limits } from './checks/limits.ts';
import { models } from './checks/models.ts';
import { region } from './checks/region.ts';
import { role } from './checks/role.ts';
import { sql } from './checks/sql.ts';
import { streaming } from './checks/streaming.ts';
import { usageView } from './checks/usage-view.ts';
import { warehouse } from './checks/warehouse.ts';
import type { DoctorContext } from './context.ts';
import { Spending, type Spent } from './spending.ts';

export interface ReportedFinding extends Finding {
  check: string;
  title: string;
  /** The host it is about, for a check of an account. */
  account?: string;
}

export interface Diagnosis {
  /** False when anything failed. */
  ok: boolean;
  findings: ReportedFinding[];
  spent: Spent;
}

type Tell = (finding: ReportedFinding) => void;

const BEFORE: readonly Check<DoctorContext>[] = [configuration, fileModes];
const OF_ACCOUNT: readonly Check<AccountContext>[] = [
  host,
  clock,
  credential,
  role,
  sql,
  region,
  models,
  limits,
  streaming,
  warehouse,
  completeFunction,
  usageView,
];
const AFTER: readonly Check<GatewayContext>[] = [gatewayPort, gatewayChat];

/**
 * Examines a configuration that could be loaded, and everything it leads to.
 * @param deployments those to call: all of the configuration, or some
 * @param tell gets each finding as soon as it is known
 */
export async function diagnose(
  world: Omit<DoctorContext, 'spending'>,
  deployments: readonly Deployment[],
  tell: Tell = () => undefined,
): Promise<Diagnosis> {
  const spending = new Spending();
  const context: DoctorContext = { ...world, spending };
  const findings: ReportedFinding[] = [];
  const report: Tell = (finding) => {
    findings.push(finding);
    tell(finding);
  };
  await runChecks(BEFORE, context, report);
  const accounts = groupAccounts(deployments, context);
  for (const account of accounts) {
    const about: Tell = (finding) => report({ ...finding, account: account.name });
    await runChecks(OF_ACCOUNT, { ...context, account }, about);
  }
  const answering = accounts.flatMap((account) => account.answering);
  await runChecks(AFTER, { ...context, answering }, report);
  return { ok: !findings.some(({ status }) => status === 'failed'), findings, spent: spending.total() };
}

/** The diagnosis of a configuration that could not be loaded: its problems, and that the rest was left alone. */
export function diagnoseProblems(problems: readonly Problem[]): Diagnosis {
  const { id: check, title } = configuration;
  const findings = problems.map((problem): ReportedFinding => ({
    check,
    title,
    status: 'failed',
    says: formatProblem(problem),
  }));
  const skipped = [...BEFORE, ...OF_ACCOUNT, ...AFTER]
    .filter(({ id }) => id !== check)
    .map((left) => skip(left, title));
  return { ok: false, findings: [...findings, ...skipped], spent: new Spending().total() };
}

async function runChecks<C>(checks: readonly Check<C>[], context: C, report: Tell): Promise<void> {
  /** Titles of those that failed, or were skipped for one that did, by id. */
  const failed = new Map<string, string>();
  for (const check of checks) {
    const cause = check.needs.map((id) => failed.get(id)).find((title) => title !== undefined);
    if (cause !== undefined) {
      failed.set(check.id, cause);
      report(skip(check, cause));
      continue;
    }
    const findings = await check.run(context);
    if (findings.some(({ status }) => status === 'failed')) failed.set(check.id, check.title);
    for (const finding of findings) report({ ...finding, check: check.id, title: check.title });
  }
}

function skip({ id, title }: { id: string; title: string }, cause: string): ReportedFinding {
  return { check: id, title, status: 'skipped', says: `Not looked at, because "${cause}" failed.` };
}
