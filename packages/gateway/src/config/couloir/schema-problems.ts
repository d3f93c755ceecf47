import type { z } from 'zod';
import type { JsonObject } from '../../ir/json.ts';
import { suggest } from '../../kit/suggest.ts';
import type { ConfigDocument, Path } from '../document.ts';
import { pathText } from '../document.ts';
import type { Problem } from '../problem.ts';
import { keysAt, valueAt } from './schema.ts';

type Issue = z.core.$ZodIssue;

/** Zod's findings as sentences that say where, what, and what was probably meant. No value is ever quoted: it may be a secret. */
export function schemaProblems(document: ConfigDocument, root: JsonObject, issues: readonly Issue[]): Problem[] {
  return issues.flatMap((issue) => {
    const path = issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step));
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({
        place: document.placeOfKey([...path, key]),
        path: pathText([...path, key]),
        message: unknownKey(key, keysAt(path)),
      }));
    }
    const place = valueAt(root, path) === undefined ? document.placeOf(path.slice(0, -1)) : document.placeOf(path);
    return [{ place, path: pathText(path), message: explain(issue, root, path) }];
  });
}

/** `unknown key (did you mean "model"?).` */
function unknownKey(key: string, known: readonly string[]): string {
  const near = suggest(key, known);
  if (near !== undefined) return `unknown key (did you mean "${near}"?).`;
  return known.length === 0 ? 'unknown key.' : `unknown key. Known here: ${known.join(', ')}.`;
}

function explain(issue: Issue, root: JsonObject, path: Path): string {
  const value = valueAt(root, path);
  if (value === undefined) return 'is missing.';
  if (issue.code === 'invalid_type')
    return `expected ${ARTICLED[issue.expected] ?? issue.expected}, got ${kindOf(value)}.`;
  if (issue.code === 'invalid_value') return expectedOneOf(issue.values.map(String), value);
  if (issue.code === 'too_small' && isNumeric(issue.origin)) {
    return `must be ${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}.`;
  }
  if (issue.code === 'too_big' && isNumeric(issue.origin)) return `must be at most ${issue.maximum}.`;
  return sentence(issue.message);
}

function expectedOneOf(words: readonly string[], value: unknown): string {
  const near = typeof value === 'string' ? suggest(value, words) : undefined;
  return `expected one of ${words.map((word) => `"${word}"`).join(', ')}${near === undefined ? '' : ` (did you mean "${near}"?)`}.`;
}

function isNumeric(origin: string): boolean {
  return origin === 'number' || origin === 'int';
}

const ARTICLED: Record<string, string> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping',
  record: 'a mapping',
};

function kindOf(value: unknown): string {
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  return (
    { string: 'text', number: 'a number', boolean: 'true or false', object: 'a mapping' }[typeof value as string] ??
    'something else'
  );
}

function sentence(text: string): string {
  return text.endsWith('.') ? text : `${text}.`;
}
