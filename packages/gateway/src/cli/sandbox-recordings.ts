import { resolve } from 'node:path';
import { createPlayer, createRecorder, type RunningServer } from '../sandbox/index.ts';
import { cortexAddress } from '../upstream/account.ts';
import type { Console } from './console.ts';
import { CommandError } from './failure.ts';

export interface RecordingFlags {
  host: string;
  port: number;
  /** The folder to write to. */
  record?: string;
  /** The folder to play from. */
  replay?: string;
  /** The real account, while recording. */
  from?: string;
}

/** The server that records or plays instead of simulating; undefined when neither is asked for. */
export async function startRecordings(
  flags: RecordingFlags,
  console: Console,
): Promise<{ server: RunningServer; greeting: string } | undefined> {
  const { record, replay, from, host, port } = flags;
  const common = { host, port, log: (line: string) => console.err(line) };
  if (record !== undefined && replay !== undefined) {
    throw new CommandError('--record and --replay exclude each other. Keep one of them.', 2);
  }
  if (replay !== undefined) {
    const folder = resolve(console.cwd, replay);
    const server = await createPlayer({ folder, ...common });
    return {
      server,
      greeting: `Couloir SANDBOX: replays the recordings of ${folder} at ${server.url}. Nothing leaves this machine.`,
    };
  }
  if (record === undefined) {
    if (from !== undefined) throw new CommandError('--from names the account to record. Add --record FOLDER.', 2);
    return undefined;
  }
  if (from === undefined) {
    throw new CommandError('--record needs the account to record: --from myorg-myaccount (or its URL).', 2);
  }
  const folder = resolve(console.cwd, record);
  const { origin } = cortexAddress(from.includes('://') ? { apiBase: from } : { account: from });
  const server = await createRecorder({ upstream: origin, folder, ...common });
  return {
    server,
    greeting: [
      `Couloir RECORDER: passes ${server.url}/api/v2/… on to ${origin} and writes each exchange to ${folder}.`,
      'This is the real account: its tokens are spent. Account name, tokens and request ids are taken out;',
      'prompts and answers are kept, so send nothing private.',
    ].join('\n'),
  };
}
