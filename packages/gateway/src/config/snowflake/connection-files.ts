import { join } from 'node:path';
import { suggest } from '../../kit/suggest.ts';
import type { Environment } from '../interpolate.ts';
import { type ConfigNote, ConfigError } from '../problem.ts';
import { snowflakeFolder } from './folder.ts';
import { type ConnectionParameters, withEnvironment } from './parameters.ts';
import { parseToml, readTomlFile, type TomlTable } from './toml-file.ts';

export interface NamedConnection {
  name: string;
  /** What is said of it: its own variables over the file over the generic variables. */
  parameters: ConnectionParameters;
  /** `~/.snowflake/connections.toml` as an absolute path, or the variable that holds all connections. */
  whence: string;
}

const EVERYTHING = 'SNOWFLAKE_CONNECTIONS';

/**
 * The connections of Snowflake's own clients, read as Snowflake CLI reads them (docs/credentials.md#connection-files):
 * `connections.toml` hides the connections of `config.toml`, which alone names the default.
 */
export class ConnectionFiles {
  readonly #environment: Environment;
  readonly #notes: ConfigNote[] = [];
  #read: { connections: TomlTable; whence: string; defaultName?: string } | undefined;

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  /** What to know about files that were read all the same. */
  get notes(): readonly ConfigNote[] {
    return this.#notes;
  }

  /** @throws ConfigError when there is no such connection, or its file cannot be used */
  named(name: string): NamedConnection {
    const { connections, whence } = this.#files();
    const own = connections[name];
    if (own !== undefined) return this.#connection(name, own, whence);
    const names = Object.keys(connections);
    const near = suggest(name, names);
    const hint =
      near === undefined
        ? names.length === 0
          ? ' There is none. Add one with: snow connection add'
          : ` There are: ${names.join(', ')}.`
        : ` Did you mean "${near}"?`;
    throw new ConfigError([{ path: whence, message: `there is no connection "${name}".${hint}` }]);
  }

  /**
   * The default connection, where there is one.
   * @throws ConfigError when a file cannot be used
   */
  default(): NamedConnection | undefined {
    const { connections, whence, defaultName } = this.#files();
    const name = this.#environment['SNOWFLAKE_DEFAULT_CONNECTION_NAME']?.trim() || defaultName || 'default';
    const own = connections[name];
    return own === undefined ? undefined : this.#connection(name, own, whence);
  }

  #connection(name: string, own: TomlTable[string], whence: string): NamedConnection {
    if (typeof own !== 'object') {
      throw new ConfigError([
        { path: whence, message: `"${name}" is no connection. Write [${name}] and its settings below.` },
      ]);
    }
    const parameters = { ...scalars(own), ...this.#ownVariables(name) };
    return { name, parameters: withEnvironment(parameters, this.#environment), whence };
  }

  /** `SNOWFLAKE_CONNECTIONS_<NAME>_<KEY>` */
  #ownVariables(name: string): ConnectionParameters {
    const prefix = `${EVERYTHING}_${name.toUpperCase()}_`;
    return Object.fromEntries(
      Object.entries(this.#environment).flatMap(([variable, value]) =>
        variable.startsWith(prefix) && value ? [[variable.slice(prefix.length).toLowerCase(), value] as const] : [],
      ),
    );
  }

  #files(): { connections: TomlTable; whence: string; defaultName?: string } {
    this.#read ??= this.#readFiles();
    return this.#read;
  }

  #readFiles(): { connections: TomlTable; whence: string; defaultName?: string } {
    const everything = this.#environment[EVERYTHING];
    const folder = snowflakeFolder(this.#environment);
    if (folder === undefined)
      return { connections: everything ? parseToml(everything, EVERYTHING) : {}, whence: EVERYTHING };
    const read = (file: string) => readTomlFile(file, this.#environment, (note) => this.#notes.push(note));
    const [connectionsFile, configFile] = [join(folder, 'connections.toml'), join(folder, 'config.toml')];
    const config = read(configFile) ?? {};
    const own = read(connectionsFile);
    const defaultName = config['default_connection_name'];
    const section = config['connections'];
    return {
      ...(everything
        ? { connections: parseToml(everything, EVERYTHING), whence: EVERYTHING }
        : own === undefined
          ? { connections: typeof section === 'object' ? section : {}, whence: configFile }
          : { connections: own, whence: connectionsFile }),
      ...(typeof defaultName === 'string' ? { defaultName } : {}),
    };
  }
}

/** Settings of the session and the like have no place in a request. */
function scalars(table: TomlTable): ConnectionParameters {
  return Object.fromEntries(
    Object.entries(table).flatMap(([key, value]) =>
      typeof value === 'object' || value === '' ? [] : [[key.toLowerCase(), String(value)] as const],
    ),
  );
}
