import { SWITCHES, type Switches } from '../../src/sandbox/index.ts';

/** Switches with a reading that says `refuse`. */
type Refusing = { [Name in keyof Switches]: 'refuse' extends Switches[Name] ? Name : never }[keyof Switches];

/** Of the others, the reading that asks most of a client. A switch that is new must find its place here. */
const MOST_DEMANDING: Omit<Switches, Refusing> = {
  toolIndexZero: true,
  documentBlocks401: true,
  anthropicVersionRequired: true,
  // Not `rest-table`: its lower number is a matter of the settings (docs/decisions/0006-output-limit-defaults.md).
  outputCap: 'model',
  otherFinishReason: 'empty',
  streamedSignature: false,
  missingBearerStatus: 400,
  thinkingDisplay: 'by-model',
  completeDelta: 'flat',
  sessionRefusalOnStream: 'json',
  openaiEfforts: 'documented',
  completePrettyJson: false,
};

/** The sandbox at its strictest: wherever the evidence on what Cortex refuses is divided, it refuses. */
export const STRICTEST: Partial<Switches> = {
  ...MOST_DEMANDING,
  ...Object.fromEntries(
    Object.entries<readonly unknown[]>(SWITCHES).flatMap(([name, readings]) =>
      readings.includes('refuse') ? [[name, 'refuse']] : [],
    ),
  ),
};
