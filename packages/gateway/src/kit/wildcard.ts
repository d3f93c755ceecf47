/** Names with `*` in them, which stands for any text: `snowflake/*`, `eu::*::static::*`. */

/** What each `*` of the pattern stands for in the name; undefined when it does not match. */
export function matchPattern(pattern: string, name: string): string[] | undefined {
  if (!pattern.includes('*')) return pattern === name ? [] : undefined;
  const literal = pattern.split('*').map((piece) => piece.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  const found = new RegExp(`^${literal.join('(.*)')}$`, 's').exec(name);
  return found?.slice(1);
}

export function matchesPattern(pattern: string, name: string): boolean {
  return matchPattern(pattern, name) !== undefined;
}

/** The pattern with its stars filled in, in order; a single one of several pieces fills with the last. */
export function fillPattern(pattern: string, pieces: readonly string[]): string {
  let at = 0;
  return pattern.replaceAll('*', () => pieces[Math.min(at++, pieces.length - 1)] ?? '');
}

/** How particular a pattern is: the more of it is said, the better it fits what it matches. */
export function literalLength(pattern: string): number {
  return pattern.replaceAll('*', '').length;
}
