import { processEnvironment } from '../config/env.ts';
import type { Environment } from '../config/interpolate.ts';

/** The world a command runs in; tests bring their own. */
export interface Console {
  env: Environment;
  cwd: string;
  /** What the user asked for. */
  out(line: string): void;
  /** What happens on the way: warnings, progress, errors. */
  err(line: string): void;
}

export const systemConsole: Console = {
  env: processEnvironment(),
  cwd: process.cwd(),
  out: (line) => process.stdout.write(`${line}\n`),
  err: (line) => process.stderr.write(`${line}\n`),
};
