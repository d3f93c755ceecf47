import { existsSync, readFileSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { readCouloirConfig } from './couloir.ts';
import type { CortexKnowledge } from './cortex-knowledge.ts';
import type { ConfigDocument } from './document.ts';
import { readDocument } from './document.ts';
import type { Draft } from './draft.ts';
import type { Environment } from './interpolate.ts';
import { isLiteLlmConfig, readLiteLlmConfig } from './litellm.ts';
import { withUnlistedModels } from './litellm/unlisted-models.ts';
import { ConfigError } from './problem.ts';
import type { Surroundings } from './surroundings.ts';

const OWN_NAME = 'couloir.yaml';

/** Told of each file, absolute, before it is read: also of one that turns out to be missing or wrong. */
export type OnFile = (file: string) => void;

/** The file to read, absolute: the one named by flag or variable, else `couloir.yaml` here or in the home folder. */
export function findConfigFile(options: {
  configFile?: string;
  env: Environment;
  cwd: string;
  home: string;
}): string | undefined {
  const { cwd, home, env } = options;
  const named = options.configFile ?? env['COULOIR_CONFIG'] ?? env['CONFIG_FILE_PATH'];
  if (named) return resolve(cwd, named);
  return [join(cwd, OWN_NAME), join(home, OWN_NAME)].find((file) => existsSync(file));
}

/** Either kind of file as a Draft. @throws ConfigError when it cannot be read or is not YAML. */
export function readConfigFile(
  file: string,
  cwd: string,
  world: Surroundings,
  cortex: CortexKnowledge,
  onFile: OnFile = () => undefined,
): Draft {
  onFile(file);
  const document = readFile(file, cwd);
  return isLiteLlmConfig(document.root)
    ? withUnlistedModels(
        readLiteLlmConfig([document, ...readIncluded(file, cwd, document, onFile)], world, cortex),
        world,
        cortex,
      )
    : readCouloirConfig(document, world, cortex);
}

function readIncluded(file: string, cwd: string, document: ConfigDocument, onFile: OnFile): ConfigDocument[] {
  const { include } = document.root;
  if (include === undefined || include === null) return [];
  const names = Array.isArray(include) ? include : [include];
  return names.map((name, index) => {
    if (typeof name === 'string') {
      const included = resolve(dirname(file), name);
      onFile(included);
      return readFile(included, cwd);
    }
    throw new ConfigError([
      { place: document.placeOf(['include', index]), path: 'include', message: 'expected the name of a YAML file.' },
    ]);
  });
}

function readFile(file: string, cwd: string): ConfigDocument {
  const shown = shortName(file, cwd);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const what =
      code === 'ENOENT'
        ? 'the file does not exist'
        : code === 'EISDIR'
          ? 'this is a folder, not a file'
          : `the file cannot be read (${code})`;
    throw new ConfigError([{ path: shown, message: `${what}. Give --config the path of a YAML file.` }]);
  }
  return readDocument(shown, text.replace(/^\uFEFF/, ''));
}

/** As a person in `cwd` would name it. */
function shortName(file: string, cwd: string): string {
  const short = relative(cwd, file);
  return short === '' || short.startsWith('..') || isAbsolute(short) ? file : short;
}
