import { suggest } from '../kit/suggest.ts';
import { CommandError } from './failure.ts';

/**
 * Flags of the form `name=value`, by name.
 * @param known the names there are
 * @param unknown what is said of another name, before it: `the sandbox has no switch`
 * @param read makes a value of the text after `=`
 * @throws CommandError for an unknown name, with the names there are; and what `read` throws
 */
export function readAssignments<Values extends object>(
  pairs: readonly string[],
  known: Record<keyof Values, unknown>,
  unknown: string,
  read: (name: keyof Values & string, text: string) => Values[keyof Values],
): Partial<Values> {
  const readPair = (pair: string) => {
    const [name = '', ...rest] = pair.split('=');
    if (Object.hasOwn(known, name)) return [name, read(name as keyof Values & string, rest.join('='))] as const;
    const names = Object.keys(known);
    const near = suggest(name, names);
    const hint = near === undefined ? `There are: ${names.join(', ')}.` : `Did you mean "${near}"?`;
    throw new CommandError(`${unknown} "${name}". ${hint}`, 2);
  };
  return Object.fromEntries(pairs.map(readPair)) as Partial<Values>;
}
