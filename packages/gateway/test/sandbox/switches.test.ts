// Every switch at every reading. A switch or a reading without a proof fails.
import { describe, expect, test } from 'vitest';
import { createCortexSandbox, SWITCHES, type Switches } from '../../src/sandbox/index.ts';
import { PROOFS } from './switches.ts';

/** Written out: the side that the better evidence is on. */
const DEFAULTS: Switches = {
  toolIndexZero: true,
  multiCallHistory: 'refuse',
  claudeJsonSchema: 'accept',
  trailingAssistantWithTools: 'refuse',
  prefill: 'by-model',
  ttl1h: 'refuse',
  documentBlocks401: true,
  anthropicVersionRequired: false,
  outputCap: 'model',
  developerRole: 'refuse',
  sampling: 'refuse',
  reasoningTemperature: 'refuse',
  otherFinishReason: 'empty',
  streamedSignature: false,
  schemaKeyword: 'refuse',
  missingBearerStatus: 400,
  unknownFields: 'ignore',
  thinkingDisplay: 'by-model',
  completeDelta: 'flat',
  completePrettyJson: false,
  sessionRefusalOnStream: 'json',
  openaiEfforts: 'by-model',
  mediaType: 'refuse',
};

async function seenWith(name: string, switches: Partial<Switches>): Promise<unknown> {
  const sandbox = await createCortexSandbox({ seed: 'switches', switches });
  try {
    return await PROOFS[name]?.shows(sandbox);
  } finally {
    await sandbox.close();
  }
}

describe.each(Object.entries(SWITCHES))('%s', (name, readings) => {
  test.each(readings.map((reading) => ({ reading })))('$reading', async ({ reading }) => {
    const expected = PROOFS[name]?.readings[String(reading)];
    expect(expected, 'nothing proves this reading').toBeDefined();
    expect(await seenWith(name, { [name]: reading })).toEqual(expected);
  });

  test('has a default, and readings that can be told apart', async () => {
    const { readings: seen = {} } = PROOFS[name] ?? {};
    const standing = String(DEFAULTS[name as keyof Switches]);
    expect(await seenWith(name, {})).toEqual(seen[standing]);
    expect(Object.keys(seen).toSorted()).toEqual(readings.map(String).toSorted());
    expect(new Set(Object.values(seen).map((each) => JSON.stringify(each))).size).toBe(readings.length);
  });
});

test('no proof is of a switch that is gone', () => {
  expect(Object.keys(PROOFS).filter((name) => !Object.hasOwn(SWITCHES, name))).toEqual([]);
});
