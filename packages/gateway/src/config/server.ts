import { resolve } from 'node:path';
import { DEFAULTS, LOG_LEVELS, MOST_WORKERS } from './defaults.ts';
import type { Draft } from './draft.ts';
import type { Environment } from './interpolate.ts';
import type { Settings } from './settings.ts';

/** What the command line says of the listener. */
export interface ServerFlags {
  host?: string;
  port?: number;
  tlsKey?: string;
  tlsCert?: string;
  workers?: number;
  logLevel?: Settings['log']['level'];
}

/** The listener's settings, flags over environment over file. Wrong ones are added to the draft's problems. */
export function readServer(
  draft: Draft,
  flags: ServerFlags,
  environment: Environment,
  folders: { cwd: string; configFolder: string },
): { server: Settings['server']; logLevel?: Settings['log']['level'] } {
  const pick = <T>(
    setting: string,
    flag: T | undefined,
    flagName: string,
    variable: { name: string; value: T } | undefined,
  ): T | undefined => {
    if (flag !== undefined) draft.origins[setting] = flagName;
    else if (variable !== undefined) draft.origins[setting] = variable.name;
    return flag ?? variable?.value;
  };
  const host = pick('server.host', flags.host, '--host', readVariable(environment, ['COULOIR_HOST']));
  const port = pick('server.port', flags.port, '--port', readPort(draft, environment));
  const workers = pick('server.workers', flags.workers, '--workers', readWorkers(draft, environment));
  const tls = readTls(draft, flags, environment, folders);
  const logLevel = pick('log.level', flags.logLevel, '--log-level', readLevel(draft, environment));
  return {
    server: {
      ...DEFAULTS.server,
      ...draft.server,
      ...(host === undefined ? {} : { host }),
      ...(port === undefined ? {} : { port }),
      ...(workers === undefined ? {} : { workers }),
      ...(tls === undefined ? {} : { tls }),
    },
    ...(logLevel === undefined ? {} : { logLevel }),
  };
}

function readPort(draft: Draft, environment: Environment): { name: string; value: number } | undefined {
  const variable = readVariable(environment, ['COULOIR_PORT', 'PORT']);
  if (variable === undefined) return undefined;
  const value = Number(variable.value);
  if (Number.isInteger(value) && value >= 0 && value <= 65_535) return { name: variable.name, value };
  draft.problems.push({ path: variable.name, message: 'expected a port from 0 to 65535.' });
  return undefined;
}

function readWorkers(draft: Draft, environment: Environment): { name: string; value: number } | undefined {
  const variable = readVariable(environment, ['COULOIR_WORKERS', 'NUM_WORKERS']);
  if (variable === undefined) return undefined;
  const value = Number(variable.value);
  if (Number.isInteger(value) && value >= 1 && value <= MOST_WORKERS) return { name: variable.name, value };
  draft.problems.push({ path: variable.name, message: `expected a number of processes from 1 to ${MOST_WORKERS}.` });
  return undefined;
}

function readLevel(
  draft: Draft,
  environment: Environment,
): { name: string; value: Settings['log']['level'] } | undefined {
  const variable = readVariable(environment, ['COULOIR_LOG_LEVEL', 'LITELLM_LOG']);
  if (variable === undefined) return undefined;
  const word = variable.value.toLowerCase();
  const value = LOG_LEVELS.find(
    (level) => level === (word === 'warning' ? 'warn' : word === 'critical' ? 'fatal' : word),
  );
  if (value !== undefined) return { name: variable.name, value };
  draft.problems.push({ path: variable.name, message: `expected one of ${LOG_LEVELS.join(', ')}.` });
  return undefined;
}

/** Both halves from the same place; paths of a file are relative to that file. */
function readTls(
  draft: Draft,
  flags: ServerFlags,
  environment: Environment,
  { cwd, configFolder }: { cwd: string; configFolder: string },
): Settings['server']['tls'] {
  const keyVariable = readVariable(environment, ['COULOIR_TLS_KEY', 'SSL_KEYFILE_PATH']);
  const certVariable = readVariable(environment, ['COULOIR_TLS_CERT', 'SSL_CERTFILE_PATH']);
  const [key, cert, origin] =
    flags.tlsKey !== undefined || flags.tlsCert !== undefined
      ? [flags.tlsKey, flags.tlsCert, '--tls-key and --tls-cert']
      : [keyVariable?.value, certVariable?.value, `${keyVariable?.name} and ${certVariable?.name}`];
  if (key === undefined && cert === undefined) {
    const tls = draft.server?.tls;
    return tls === undefined
      ? undefined
      : { keyFile: resolve(configFolder, tls.keyFile), certFile: resolve(configFolder, tls.certFile) };
  }
  if (key === undefined || cert === undefined) {
    const given = key === undefined ? 'a certificate but no key' : 'a key but no certificate';
    draft.problems.push({
      path: 'tls',
      message: `HTTPS was given ${given}. Give both --tls-key and --tls-cert, or neither.`,
    });
    return undefined;
  }
  draft.origins['server.tls'] = origin;
  return { keyFile: resolve(cwd, key), certFile: resolve(cwd, cert) };
}

function readVariable(environment: Environment, names: readonly string[]): { name: string; value: string } | undefined {
  for (const name of names) {
    const value = environment[name]?.trim();
    if (value) return { name, value };
  }
  return undefined;
}
