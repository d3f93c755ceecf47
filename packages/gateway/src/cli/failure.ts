import { CommanderError } from 'commander';
import { ConfigError } from '../config/problem.ts';
import { GatewayError } from '../errors/error.ts';

/** A command that cannot do what it was asked, said in one sentence. */
export class CommandError extends Error {
  readonly exitCode: 1 | 2;

  /** @param exitCode 2 when the command line or the configuration is wrong, 1 for every other failure. */
  constructor(message: string, exitCode: 1 | 2 = 1) {
    super(message);
    this.name = 'CommandError';
    this.exitCode = exitCode;
  }
}

/** What to print for anything thrown, and the code to exit with. Never a stack trace. */
export function describeFailure(cause: unknown): { text: string | undefined; exitCode: number } {
  // Commander has printed its own words; help and version are no failures.
  if (cause instanceof CommanderError) return { text: undefined, exitCode: cause.exitCode === 0 ? 0 : 2 };
  if (cause instanceof ConfigError)
    return { text: `couloir: the configuration cannot be used.\n${cause.message}`, exitCode: 2 };
  if (cause instanceof CommandError) return { text: `couloir: ${cause.message}`, exitCode: cause.exitCode };
  if (cause instanceof GatewayError) return { text: `couloir: ${cause.publicMessage}`, exitCode: 1 };
  if (cause instanceof Error) return { text: `couloir: ${explainSystem(cause)}`, exitCode: 1 };
  return { text: 'couloir: something failed without saying what.', exitCode: 1 };
}

type SystemError = Error & Pick<NodeJS.ErrnoException, 'code' | 'path'> & { port?: number; address?: string };

function explainSystem(cause: SystemError): string {
  const { code, path = '', port, address = '' } = cause;
  switch (code ?? '') {
    case 'EADDRINUSE':
      return `port ${port} is taken by another program. Choose another with --port, or stop that one.`;
    case 'EACCES':
      return port === undefined
        ? `permission to read ${path} is missing.`
        : `this user may not listen on ${address}:${port}. Ports below 1024 need privileges; choose another with --port.`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `this machine has no address "${address}" to listen on. Check --host.`;
    case 'ENOENT':
      return `the file ${path} does not exist.`;
    default:
      return cause.message;
  }
}
