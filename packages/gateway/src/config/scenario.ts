import { readDocument } from './document.ts';
import { ConfigError, type Problem } from './problem.ts';

/**
 * A scenario file of the sandbox: a mapping from model name to its script.
 *
 * @throws ConfigError when it is not YAML (or JSON, which is YAML), or a script is not text.
 */
export function readScenario(file: string, text: string): Record<string, string> {
  const document = readDocument(file, text);
  const problems: Problem[] = [];
  const scripts = Object.entries(document.root).flatMap(([model, script]) => {
    if (typeof script === 'string') return [[model, script] as const];
    problems.push({
      place: document.placeOf([model]),
      path: model,
      message: 'expected the lines of a script, as text.',
    });
    return [];
  });
  if (problems.length > 0) throw new ConfigError(problems);
  return Object.fromEntries(scripts);
}
