// Whatever the sandbox can answer instead of an answer, doctor names the model that it befell, and says what it means.
import { expect, it } from 'vitest';
import { FAULT_NAMES } from '../../src/sandbox/faults.ts';
import { createCortexSandbox } from '../../src/sandbox/index.ts';
import { examine } from './patient.ts';

/** An answer may be empty: a short one of a model that reasons often is. */
const EXPLAINED = FAULT_NAMES.filter((name) => name !== 'empty');

it.each(EXPLAINED)('%s', async (name) => {
  const sandbox = await createCortexSandbox({ faults: [{ share: 1, name, model: 'llama3.1-8b' }] });
  try {
    const { faults, code } = await examine({ url: sandbox.url });
    expect(faults).toMatchObject([
      { status: 'failed', subject: 'small', check: expect.stringMatching(/^(models|limits)$/) },
    ]);
    expect(faults[0]!.says).not.toMatch(/The gateway failed/);
    expect(code).toBe(1);
  } finally {
    await sandbox.close();
  }
});
