/** Where Snowflake's own clients keep their configuration. */
import { existsSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import type { Environment } from '../interpolate.ts';

/**
 * `$SNOWFLAKE_HOME`, else `~/.snowflake`, else the folder of the platform. Undefined when the environment names no
 * home: then nobody keeps connections here.
 */
export function snowflakeFolder(environment: Environment): string | undefined {
  const named = environment['SNOWFLAKE_HOME'];
  const home = homeOf(environment);
  if (named) return expandHome(named, environment);
  if (home === undefined) return undefined;
  const own = join(home, '.snowflake');
  return existsSync(own) ? own : platformFolder(home, environment);
}

/** An absolute path: `~` is the home, anything else relative counts from `folder`. */
export function locateIn(folder: string, environment: Environment): (path: string) => string {
  return (path) => resolve(folder, expandHome(path, environment));
}

function expandHome(path: string, environment: Environment): string {
  const home = homeOf(environment);
  return home !== undefined && /^~(?=$|[/\\])/.test(path) ? join(home, path.slice(1)) : path;
}

function homeOf(environment: Environment): string | undefined {
  const home = environment['HOME'] || environment['USERPROFILE'];
  return home && isAbsolute(home) ? home : undefined;
}

function platformFolder(home: string, environment: Environment): string {
  if (process.platform === 'darwin') return join(home, 'Library', 'Application Support', 'snowflake');
  if (process.platform === 'win32')
    return join(environment['LOCALAPPDATA'] || join(home, 'AppData', 'Local'), 'snowflake');
  return join(environment['XDG_CONFIG_HOME'] || join(home, '.config'), 'snowflake');
}
