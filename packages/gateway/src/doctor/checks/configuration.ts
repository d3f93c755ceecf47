import { formatProblem } from '../../config/problem.ts';
import { cortexAddress } from '../../upstream/account.ts';
import { unknownModelWarning } from '../../upstream/unknown-model.ts';
import type { Check, Finding } from '../check.ts';
import type { DoctorContext } from '../context.ts';
import { findOpenFiles } from '../open-files.ts';

/** What loading told, and an account whose host is not spelled as the certificate has it. */
export const configuration: Check<DoctorContext> = {
  id: 'config',
  title: 'Configuration',
  needs: [],
  async run(context) {
    const { loaded } = context;
    if (loaded.source === 'sandbox') return [withoutAccount(loaded.configFile)];
    const { deployments, aliases } = loaded.settings;
    const whence = loaded.configFile ?? 'The environment';
    const says = `${whence} configures ${deployments.length} deployments and ${Object.keys(aliases).length} aliases.`;
    // The checks of files and of models say those, with what mends them.
    const open = findOpenFiles(context);
    const doubts = new Set(deployments.map(unknownModelWarning));
    const warnings = loaded.notes
      .filter(({ severity, message }) => severity === 'warning' && !doubts.has(message))
      .filter(({ message }) => !open.some(({ file }) => message.includes(file)))
      .map((note): Finding => ({ status: 'warning', says: formatProblem(note) }));
    return [{ status: 'ok', says }, ...warnings, ...underscores(context)];
  },
};

function withoutAccount(configFile: string | undefined): Finding {
  const file =
    configFile === undefined ? 'There is neither a configuration file' : `${configFile} names neither a model`;
  return {
    status: 'failed',
    says: `${file} nor an account: couloir serve would start the sandbox.`,
    remedy: 'export SNOWFLAKE_ACCOUNT=<organization>-<account> SNOWFLAKE_PAT=<token>',
  };
}

/** docs/cortex-quirks.md#underscore-in-account-host */
function underscores({ loaded: { settings } }: DoctorContext): Finding[] {
  const hosts = new Map<string, string>();
  for (const { provider, base } of settings.deployments) {
    if (provider !== 'cortex') continue;
    const written = /^(?:https?:\/\/)?([^/:]+)/.exec('account' in base ? base.account : base.apiBase)?.[1] ?? '';
    const { hostname } = new URL(cortexAddress(base).origin);
    if (written.includes('_') && !hostname.includes('_')) hosts.set(written, hostname);
  }
  return Array.from(hosts, ([written, hostname]) => ({
    status: 'warning',
    says: `The account is written "${written}"; certificates do not cover the "_", so ${hostname} is asked.`,
    remedy: `Write ${written.replaceAll('_', '-')}`,
  }));
}
