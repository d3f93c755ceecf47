/** What is wrong with a configuration, and what is merely worth knowing. Both say where. */

/** A place in a configuration file, 1-based as editors count. */
export interface Place {
  file: string;
  line: number;
  column: number;
}

export interface Problem {
  /** Absent for what comes from the environment or a flag. */
  place?: Place;
  /** `model_list.0.litellm_params.api_key`, or a variable's name. Empty for the whole file. */
  path: string;
  /** One or two sentences: what is wrong and what to do. Holds no secret. */
  message: string;
}

/** Something that was accepted but has no effect here, or a deployment that was left out. */
export interface ConfigNote extends Problem {
  severity: 'ignored' | 'warning';
}

/** A configuration that cannot be used. The message lists every problem, one per line. */
export class ConfigError extends Error {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map(formatProblem).join('\n'));
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

/** `config.yaml:5:12 model_list.0.litellm_params.rpm: expected a number.` */
export function formatProblem({ place, path, message }: Problem): string {
  const where = place === undefined ? '' : `${place.file}:${place.line}:${place.column} `;
  return `${where}${path === '' ? '' : `${path}: `}${message}`;
}
