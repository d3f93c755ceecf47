import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { type LoadedSettings, type LoadOptions, loadSettings } from '../../src/config/load.ts';
import { ConfigError } from '../../src/config/problem.ts';
import { cortexKnowledge } from '../../src/upstream/knowledge.ts';

const FIXTURES = join(import.meta.dirname, '../../../../fixtures/config');

/** A folder of this test file's own, with nothing around it that configuration could come from. */
export const folder = mkdtempSync(join(tmpdir(), 'couloir-config-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

export function fixture(name: string): string {
  return readFileSync(join(FIXTURES, name), 'utf8');
}

/** Puts a fixture beside the others under the name people give it. */
export function place(name: string, as: string): void {
  cpSync(join(FIXTURES, name), join(folder, as));
}

/** Loads the text of a file called `config.yaml`; without text, the environment alone. */
export function load(
  text: string | undefined,
  env: Record<string, string> = {},
  flags: LoadOptions['flags'] = {},
): LoadedSettings {
  if (text !== undefined) writeFileSync(join(folder, 'config.yaml'), text);
  return loadSettings({
    ...(text === undefined ? {} : { configFile: 'config.yaml' }),
    flags,
    env,
    cwd: folder,
    home: join(folder, 'home'),
    cortex: cortexKnowledge,
  });
}

/** The text of the ConfigError that loading ends in. */
export function errorOf(
  text: string | undefined,
  env: Record<string, string> = {},
  flags: LoadOptions['flags'] = {},
): string {
  try {
    load(text, env, flags);
  } catch (cause) {
    if (cause instanceof ConfigError) return cause.message;
    throw cause;
  }
  throw new Error('The configuration was accepted.');
}
