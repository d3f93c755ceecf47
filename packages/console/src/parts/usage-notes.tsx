import type { UsageSum } from '@couloir/sdk';
import { counted } from '../format.ts';

/** What the sums leave out or guess, in the words of `couloir usage`. */
export function UsageNotes({ total: { unpriced, estimated, simulated } }: { total: UsageSum }) {
  const notes = [
    unpriced > 0 &&
      `${counted(unpriced, 'request')} of a model without a known price: not in the spend. Give the model a price in the configuration.`,
    estimated > 0 &&
      `${counted(estimated, 'request')} with counts that are our own estimate, because Cortex reported none.`,
    simulated > 0 &&
      `${counted(simulated, 'request')} answered by a sandbox: the spend is what Cortex would have taken.`,
  ].filter((note) => note !== false);
  return notes.map((note) => (
    <p key={note} className="hint">
      {note}
    </p>
  ));
}
