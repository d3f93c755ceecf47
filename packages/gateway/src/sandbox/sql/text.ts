/** Small readings of SQL text: what is quoted is never mistaken for syntax. */
import { parseJson } from '../../ir/json.ts';

const LITERAL_OR_SPACE = /'(?:[^']|'')*'|(?:--[^\n]*|\/\*[\s\S]*?\*\/|\s)+/g;

/** A statement on one line, without comments and without its semicolon. */
export function normalize(statement: string): string {
  return statement
    .replaceAll(LITERAL_OR_SPACE, (match) => (match.startsWith("'") ? match : ' '))
    .trim()
    .replace(/\s*;$/, '');
}

/** The statement with each `?` replaced by the next of `values`, as a literal. */
export function bind(statement: string, values: readonly string[]): string {
  let index = 0;
  return mapUnquoted(statement, (text) =>
    text.replaceAll('?', () => {
      const value = values[index] ?? '';
      index += 1;
      return quote(value);
    }),
  );
}

/** Parts between commas that stand outside of quotes, parentheses, arrays and objects. */
export function splitList(text: string): string[] {
  const parts = [''];
  let depth = 0;
  let quoted = false;
  for (const character of text) {
    if (character === "'") quoted = !quoted;
    if (!quoted && '([{'.includes(character)) depth += 1;
    if (!quoted && ')]}'.includes(character)) depth -= 1;
    if (!quoted && depth === 0 && character === ',') parts.push('');
    else parts[parts.length - 1] += character;
  }
  return parts.map((part) => part.trim());
}

function quote(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

/** The value of a string literal; undefined for anything else. */
export function unquote(literal: string): string | undefined {
  const inner = /^'((?:[^']|'')*)'$/s.exec(literal.trim())?.[1];
  return inner?.replaceAll("''", "'").replaceAll('\\n', '\n');
}

/** The value of an array or object constant, `[{'role': 'user'}]`; undefined for anything else. */
export function readConstant(text: string): unknown {
  return parseJson(text.replaceAll(/'(?:[^']|'')*'/g, (literal) => JSON.stringify(unquote(literal))));
}

/** An identifier as Snowflake keeps it: upper case unless it stands in double quotes. */
export function identifier(text: string): string {
  return text
    .trim()
    .split('.')
    .map((part) => (part.startsWith('"') ? part.slice(1, -1) : part.toUpperCase()))
    .join('.');
}

/** A LIKE pattern, whose wildcards are `%` and `_`; case does not count, as in SHOW. */
export function likePattern(pattern: string): RegExp {
  const escaped = pattern.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('%', '.*').replaceAll('_', '.')}$`, 'is');
}

function mapUnquoted(text: string, change: (text: string) => string): string {
  return text
    .split(/('(?:[^']|'')*')/)
    .map((part, index) => (index % 2 === 0 ? change(part) : part))
    .join('');
}
