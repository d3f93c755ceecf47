import { readdirSync, readFileSync } from 'node:fs';
import { isObject, type JsonObject } from '../../src/ir/json.ts';

const FOLDER = new URL('../../../../fixtures/cursor/', import.meta.url);

/** Every request body of fixtures/cursor, by file name; among them are answers. */
export const SAMPLES: [name: string, body: JsonObject][] = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.json'))
  .flatMap((name): [string, JsonObject][] => {
    const value: unknown = JSON.parse(readSample(name));
    return isObject(value) && ('messages' in value || 'input' in value) ? [[name, value]] : [];
  });

export function sample(name: string): JsonObject {
  const found = SAMPLES.find(([each]) => each === name);
  if (found === undefined) throw new Error(`no fixture ${name}`);
  return found[1];
}

/** The recorded answers, each as the stream it was, by the name of the request it answers. */
export const ANSWERS: [name: string, stream: string][] = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.answer.sse'))
  .map((name) => [name.replace('.answer.sse', ''), readSample(name)]);

export function readSample(name: string): string {
  return readFileSync(new URL(name, FOLDER), 'utf8');
}
