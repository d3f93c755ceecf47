import type { Check } from '../check.ts';
import type { DoctorContext } from '../context.ts';
import { findOpenFiles } from '../open-files.ts';

/** Whether other users of this machine can read what signs in. */
export const fileModes: Check<DoctorContext> = {
  id: 'files',
  title: 'Files',
  needs: [],
  async run(context) {
    const open = findOpenFiles(context);
    if (open.length === 0) return [{ status: 'ok', says: 'No other user of this machine can read a secret.' }];
    return open.map(({ file, what }) => ({
      status: 'failed',
      subject: file,
      says: `Other users of this machine can read ${what}.`,
      remedy: `chmod 600 ${file}`,
    }));
  },
};
