import type { AccountContext } from '../account.ts';
import type { Check } from '../check.ts';

/** Key-pair tokens live for minutes on either side of it: docs/cortex-quirks.md#jwt-clock */
const MOST_MS = 60_000;

/** This machine's time beside the host's. */
export const clock: Check<AccountContext> = {
  id: 'clock',
  title: 'Clock',
  needs: ['host'],
  async run({ account }) {
    const aheadMs = (await account.greet()).value?.aheadMs;
    if (aheadMs === undefined) return [{ status: 'skipped', says: `${account.name} does not tell the time.` }];
    const seconds = Math.round(Math.abs(aheadMs) / 1000);
    if (Math.abs(aheadMs) <= MOST_MS) return [{ status: 'ok', says: `The clocks differ by ${seconds} s.` }];
    return [
      {
        status: 'failed',
        says: `The clock of this machine is ${seconds} s ${aheadMs > 0 ? 'behind' : 'ahead of'} that of ${account.name}; tokens and certificates are judged by theirs.`,
        remedy: SET_CLOCK[process.platform] ?? 'sudo timedatectl set-ntp true',
      },
    ];
  },
};

const SET_CLOCK: Partial<Record<NodeJS.Platform, string>> = {
  darwin: 'sudo sntp -sS time.apple.com',
  win32: 'w32tm /resync',
};
