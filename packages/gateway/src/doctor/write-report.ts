import type { ReportedFinding } from './diagnose.ts';
import type { Spent } from './spending.ts';

const MARKS = { ok: '✔', failed: '✘', warning: '!', skipped: '–' } as const;

/** One line for one finding: the mark, what was looked at, what was found and what mends it. */
export function writeFinding({ status, title, account, subject, says, remedy }: ReportedFinding): string {
  const about = [account, subject].filter((part) => part !== undefined).join(', ');
  const mend = remedy === undefined ? '' : ` → ${remedy}`;
  return `${MARKS[status]} ${title}${about === '' ? '' : ` (${about})`}: ${oneLine(says)}${mend}`;
}

/** What it cost, in one line. */
export function writeSpent({ calls, inputTokens, outputTokens, usd, statements, warehouseStatements }: Spent): string {
  if (calls + statements === 0) return 'Spent nothing.';
  const price = usd === undefined ? '' : `, about $${usd.toFixed(5)}`;
  const warehouse =
    warehouseStatements === 0
      ? ''
      : ` (${warehouseStatements} on a warehouse, which bills at least a minute when it was suspended)`;
  return `Spent ${inputTokens} input and ${outputTokens} output tokens in ${calls} calls${price}, and ${statements} SQL statements${warehouse}.`;
}

function oneLine(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, '; ');
}
