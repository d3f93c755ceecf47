// Whatever the sandbox can answer instead of an answer, doctor names the model that it befell, says what it means and what to do.
import { describe, expect, it } from 'vitest';
import { FAULT_NAMES } from '../../src/sandbox/faults.ts';
import { createCortexSandbox } from '../../src/sandbox/index.ts';
import { CATALOGUE } from '../failures/catalogue.ts';
import { examine, type Examination } from './patient.ts';

async function withFault(name: string): Promise<Examination> {
  const sandbox = await createCortexSandbox({ faults: [{ share: 1, name, model: 'llama3.1-8b' }] });
  try {
    return await examine({ url: sandbox.url });
  } finally {
    await sandbox.close();
  }
}

describe('every row of the catalogue of failures', () => {
  it.each(CATALOGUE)('$fault', async ({ fault, said, advice, status, kind }) => {
    const { faults, code } = await withFault(fault);
    expect(faults).toMatchObject([
      { status: 'failed', subject: 'small', check: kind === 'upstream-limited' ? 'limits' : 'models' },
    ]);
    const { says, remedy } = faults[0]!;
    expect(says).toContain(status === 405 ? 'gave no reason' : said);
    expect(says).toContain(advice ?? '');
    // Whoever runs the gateway can mend these, and is told how.
    if (OPERATORS.has(kind)) expect(remedy).toMatch(/\S/);
    expect(code).toBe(1);
  });
});

const OPERATORS = new Set(['upstream-refused-us', 'upstream-spent', 'upstream-limited']);

/** An answer may be empty: a short one of a model that reasons often is. */
const OTHERS = FAULT_NAMES.filter((name) => name !== 'empty' && !CATALOGUE.some(({ fault }) => fault === name));

it.each(OTHERS)('%s, which is no answer at all', async (name) => {
  const { faults, code } = await withFault(name);
  expect(faults).toMatchObject([{ status: 'failed', subject: 'small', check: 'models' }]);
  expect(faults[0]!.says).not.toMatch(/The gateway failed/);
  expect(code).toBe(1);
});
