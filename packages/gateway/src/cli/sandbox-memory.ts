import { DEFAULT_MEMORY, type RequestMemory } from '../sandbox/index.ts';
import { CommandError } from './failure.ts';

/** `requests=20000`, `bodyBytes=1048576`, `rawBodies=true`. @throws CommandError for anything else */
export function readMemoryFlags(pairs: readonly string[]): Partial<RequestMemory> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const [name = '', value = ''] = pair.split('=');
      if (name === 'rawBodies' && (value === 'true' || value === 'false')) return [name, value === 'true'];
      if ((name === 'requests' || name === 'bodyBytes') && /^\d+$/.test(value)) return [name, Number(value)];
      const known = Object.entries(DEFAULT_MEMORY).map(([each, usual]) => `${each}=${usual}`);
      throw new CommandError(`"${pair}" is nothing to remember. There are: ${known.join(', ')}.`, 2);
    }),
  );
}
