import { readdirSync, readFileSync } from 'node:fs';
import type { JsonObject } from '../../src/ir/json.ts';

const FOLDER = new URL('../../../../fixtures/cursor/', import.meta.url);

/** Every request body of fixtures/cursor, by file name. */
export const SAMPLES: [name: string, body: JsonObject][] = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.json') && !name.startsWith('apply-patch-answer'))
  .map((name) => [name, JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8')) as JsonObject]);

export function sample(name: string): JsonObject {
  const found = SAMPLES.find(([each]) => each === name);
  if (found === undefined) throw new Error(`no fixture ${name}`);
  return found[1];
}
