import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, type YAMLError } from 'yaml';
import type { Json, JsonObject } from '../ir/json.ts';
import { isObject } from '../ir/json.ts';
import { ConfigError, type Place } from './problem.ts';

export type Path = readonly (string | number)[];

/** A configuration file as data that still knows where each value was written. */
export interface ConfigDocument {
  file: string;
  root: JsonObject;
  /** Where the value at `path` stands, or the nearest value around it that exists. */
  placeOf(path: Path): Place;
  /** Where the key that ends `path` stands. */
  placeOfKey(path: Path): Place;
}

/**
 * @param file The name to show in messages.
 * @throws ConfigError for bad YAML (tabs, duplicate keys, open quotes), an empty file and one that is not a mapping.
 */
export function readDocument(file: string, text: string): ConfigDocument {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, merge: true, uniqueKeys: true, prettyErrors: false });
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  if (document.errors.length > 0) {
    throw new ConfigError(
      document.errors.map((error) => ({ place: placeAt(error.pos[0]), path: '', message: explainYaml(error, text) })),
    );
  }
  const root = document.toJS({ maxAliasCount: 100 }) as Json;
  const start = { file, line: 1, column: 1 };
  if (root === null) {
    throw new ConfigError([
      {
        place: start,
        path: '',
        message: 'The file is empty. Give it at least one model.',
      },
    ]);
  }
  if (!isObject(root)) {
    throw new ConfigError([
      { place: start, path: '', message: 'The file must be a mapping of settings, like "model_list:" or "models:".' },
    ]);
  }
  const find = (path: Path, key: boolean): Place => {
    let node: unknown = document.contents;
    let offset = startOf(node);
    for (const [index, step] of path.entries()) {
      const pair = isMap(node)
        ? node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(step))
        : undefined;
      const next = pair === undefined ? (isSeq(node) ? node.items[Number(step)] : undefined) : pair.value;
      const last = index === path.length - 1;
      const at = pair !== undefined && (next === null || (last && key)) ? startOf(pair.key) : startOf(next);
      if (at === undefined) break;
      offset = at;
      node = next;
    }
    return placeAt(offset ?? 0);
  };
  return { file, root, placeOf: (path) => find(path, false), placeOfKey: (path) => find(path, true) };
}

function startOf(node: unknown): number | undefined {
  return (node as Node | null | undefined)?.range?.[0];
}

function explainYaml(error: YAMLError, text: string): string {
  if (error.code === 'TAB_AS_INDENT') return 'The line is indented with a tab. YAML takes spaces only.';
  if (error.code === 'DUPLICATE_KEY') {
    const key = /^[^\s:]+/.exec(text.slice(error.pos[0]))?.[0] ?? '';
    return `The key "${key}" stands twice in this mapping. Keep one of them.`;
  }
  const said = error.message.split('\n')[0]!.replace(/\.?$/, '.');
  return `The YAML cannot be read: ${said}`;
}

/** `model_list.0.litellm_params` */
export function pathText(path: Path): string {
  return path.join('.');
}
