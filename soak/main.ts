/** `npm run soak`: see docs/soak.md. */
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { readOptions, USAGE } from './options.ts';
import { renderMarkdown, renderRound, renderTerminal, renderViolations } from './report.ts';
import { soak } from './soak.ts';

const PAGE = resolve(import.meta.dirname, '../docs/soak.md');

const options = readOptions(process.argv.slice(2));
if (options.help) console.log(USAGE);
else {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1));
  const outcome = await soak(options, (facts, found) => {
    console.log(renderRound(facts));
    if (found.length > 0) console.log(renderViolations(found));
  });
  console.log(renderTerminal(outcome));
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(outcome, null, 2)}\n`);
  if (options.write) writeFileSync(PAGE, renderMarkdown(outcome));
  process.exitCode = outcome.violations.length === 0 ? 0 : 1;
}
