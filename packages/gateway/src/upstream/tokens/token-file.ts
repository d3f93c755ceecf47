import { readFileSync, statSync } from 'node:fs';
import { GatewayError } from '../../errors/error.ts';
import type { Clock } from '../../kit/clock.ts';
import { checkTokenText } from './token-text.ts';

/** How long a change may go unseen. A refused token is looked up again at once. */
const LOOK_EVERY_MS = 1_000;

/**
 * A token that somebody else keeps fresh in a file: Snowpark containers, Kubernetes, secret managers. It is
 * read again when the file changes; while a rotation leaves the file missing or empty, the last token holds.
 */
export class TokenFile {
  readonly #file: string;
  readonly #clock: Pick<Clock, 'now'>;
  #token: string;
  #mark: string;
  #lookedAtMs: number;

  /** @throws GatewayError `invalid-request` when there is no token in it */
  constructor(file: string, clock: Pick<Clock, 'now'>) {
    this.#file = file;
    this.#clock = clock;
    this.#mark = markOf(file);
    this.#token = readToken(file);
    this.#lookedAtMs = clock.now();
  }

  get token(): string {
    if (this.#clock.now() - this.#lookedAtMs >= LOOK_EVERY_MS) this.#look();
    return this.#token;
  }

  /** Looks whether the file has another token by now than the one that was refused. */
  hasOtherThan(isRefused: (token: string) => boolean): boolean {
    this.#look();
    return !isRefused(this.#token);
  }

  #look(): void {
    this.#lookedAtMs = this.#clock.now();
    try {
      const mark = markOf(this.#file);
      if (mark === this.#mark) return;
      this.#token = readToken(this.#file);
      this.#mark = mark;
    } catch (cause) {
      if (!(cause instanceof GatewayError)) throw cause;
    }
  }
}

/** @throws GatewayError `invalid-request` that names the file and what to do */
export function readSecretFile(file: string, what: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw unreadable(file, what, cause);
  }
}

function readToken(file: string): string {
  return checkTokenText(readSecretFile(file, 'token').trim(), `The token file ${file}`);
}

/** Changes whenever the content may have: Kubernetes replaces what a link points to, others write in place. */
function markOf(file: string): string {
  try {
    const { mtimeMs, size, ino } = statSync(file);
    return `${mtimeMs} ${size} ${ino}`;
  } catch (cause) {
    throw unreadable(file, 'token', cause);
  }
}

function unreadable(file: string, what: string, cause: unknown): GatewayError {
  const { code } = cause as NodeJS.ErrnoException;
  const remedies: Record<string, string> = {
    ENOENT: 'does not exist. Check the path; a relative one counts from the folder of the configuration',
    EACCES: 'may not be read by this user. Give it to the user Couloir runs as (chown) and keep it at 0600',
    EISDIR: 'is a folder. Name the file inside it',
  };
  const remedy = remedies[code ?? ''] ?? `cannot be read (${code})`;
  return new GatewayError('invalid-request', `The ${what} file ${file} ${remedy}.`, { cause });
}
