import { existsSync } from 'node:fs';
import path from 'node:path';
import { homeFolder } from '../config/home.ts';
import { loadSettings } from '../config/load.ts';
import { ConfigError } from '../config/problem.ts';
import type { DeploymentSettings } from '../config/settings.ts';
import { systemClock } from '../kit/clock.ts';
import { systemRandom } from '../kit/random.ts';
import type { ExchangeHistory } from '../store/ports.ts';
import { sqliteExchangeHistory } from '../store/sqlite/exchange-history.ts';
import { openDatabaseToRead } from '../store/sqlite/open.ts';
import { cortexKnowledge } from '../upstream/knowledge.ts';
import { createTokenSources } from '../upstream/tokens/source.ts';
import { createTransport } from '../upstream/transport.ts';
import { readAccounts } from '../usage/accounts.ts';
import { readSince } from '../usage/period.ts';
import { renderUsage } from '../usage/render.ts';
import { MARGIN_MS, reportUsage } from '../usage/report.ts';
import type { Grouping } from '../usage/tally.ts';
import { VERSION } from '../version.ts';
import type { Console } from './console.ts';
import { CommandError } from './failure.ts';

export interface UsageFlags {
  config?: string;
  since: string;
  by: Grouping;
  /** False: Snowflake is not asked. */
  account: boolean;
  json?: true;
}

/** Prints what the recorded exchanges come to, beside what Snowflake's own view says. Reads only; a running gateway is not disturbed. */
export async function usage(flags: UsageFlags, console: Console): Promise<void> {
  const nowMs = systemClock.now();
  const sinceMs = readSince(flags.since, nowMs);
  if (sinceMs === undefined) {
    throw new CommandError(`"${flags.since}" is no period. Write --since 24h, 7d, 2w or 2026-11-01.`, 2);
  }
  const deployments = flags.account ? readDeployments(flags, console) : [];
  const { views, unread } = await askAccounts(deployments, sinceMs, console);
  const history = openHistory(path.join(homeFolder(console.env), 'couloir.db'), console);
  try {
    const exchanges = history?.since(sinceMs - MARGIN_MS) ?? [];
    const report = reportUsage({ by: flags.by, sinceMs, nowMs, exchanges, views, unread });
    if (flags.json) console.out(JSON.stringify(report, null, 2));
    else for (const line of renderUsage(report)) console.out(line);
  } finally {
    history?.close();
  }
}

/** Without a usable configuration our own records can still be told. */
function readDeployments(flags: UsageFlags, console: Console): DeploymentSettings[] {
  try {
    return loadSettings({
      ...(flags.config === undefined ? {} : { configFile: flags.config }),
      env: console.env,
      cwd: console.cwd,
      home: homeFolder(console.env),
      cortex: cortexKnowledge,
    }).settings.deployments;
  } catch (cause) {
    if (!(cause instanceof ConfigError)) throw cause;
    console.err(`warning: Snowflake is not asked, because the configuration cannot be used.\n${cause.message}`);
    return [];
  }
}

async function askAccounts(
  deployments: DeploymentSettings[],
  sinceMs: number,
  console: Console,
): Promise<Awaited<ReturnType<typeof readAccounts>>> {
  const transport = createTransport();
  const warn = (message: string) => console.err(`warning: ${message}`);
  const tokensFor = createTokenSources({ clock: systemClock, random: systemRandom, transport, warn });
  const world = { clock: systemClock, transport, tokensFor, userAgent: `couloir/${VERSION}` };
  try {
    return await readAccounts(deployments, sinceMs, new AbortController().signal, world);
  } finally {
    await transport.close();
  }
}

function openHistory(file: string, console: Console): ExchangeHistory | undefined {
  if (existsSync(file)) return sqliteExchangeHistory(openDatabaseToRead(file));
  console.err(
    `No gateway has recorded anything in ${file} yet. \`couloir serve\` does; COULOIR_HOME names the folder.`,
  );
  return undefined;
}
