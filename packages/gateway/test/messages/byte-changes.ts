// What changed between two JSON texts, token by token, and where in the documents that is.

interface Token {
  text: string;
  /** Of the value, key or punctuation it belongs to: `tools[2].name`. */
  path: string;
}

/** A run of tokens that one text has and the other has not. */
export interface ByteChange {
  /** Where: of the first token that says something. */
  path: string;
  removed: string;
  added: string;
}

const TOKENS = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+|\s+/g;

/** The changes that make `after` of `before`, in order; concatenating what is between them gives either text. */
export function changesBetween(before: string, after: string): ByteChange[] {
  const [left, right] = [tokensOf(before), tokensOf(after)];
  const changes: ByteChange[] = [];
  let [fromLeft, fromRight] = [0, 0];
  for (const [nextLeft, nextRight] of [...commonTokens(left, right), [left.length, right.length] as const]) {
    const removed = left.slice(fromLeft, nextLeft);
    const added = right.slice(fromRight, nextRight);
    if (removed.length > 0 || added.length > 0) {
      changes.push({ path: pathOf([...removed, ...added]), removed: textOf(removed), added: textOf(added) });
    }
    [fromLeft, fromRight] = [nextLeft + 1, nextRight + 1];
  }
  return changes;
}

function pathOf(tokens: Token[]): string {
  return (tokens.find(({ text }) => !/^[\s,:]*$/.test(text)) ?? tokens[0])?.path ?? '';
}

function textOf(tokens: Token[]): string {
  return tokens.map(({ text }) => text).join('');
}

function tokensOf(json: string): Token[] {
  const open: { path: string; index: number | undefined; key: string }[] = [];
  return (json.match(TOKENS) ?? []).map((text, position, all) => {
    if (text === '}' || text === ']') return { text, path: open.pop()?.path ?? '' };
    const within = open.at(-1);
    const isKey =
      within !== undefined &&
      within.index === undefined &&
      /^\s*:/.test(all.slice(position + 1, position + 3).join(''));
    if (isKey && text.startsWith('"')) within.key = String(JSON.parse(text));
    const path = within === undefined ? '' : placeIn(within);
    if (text === ',' && within?.index !== undefined) within.index += 1;
    if (text === '{' || text === '[') open.push({ path, index: text === '[' ? 0 : undefined, key: '' });
    return { text, path };
  });
}

function placeIn({ path, index, key }: { path: string; index: number | undefined; key: string }): string {
  if (index !== undefined) return `${path}[${index}]`;
  return path === '' ? key : `${path}.${key}`;
}

/** Pairs of positions of a longest common subsequence (Myers 1986). */
function commonTokens(left: Token[], right: Token[]): (readonly [number, number])[] {
  const reached = new Map<number, number>([[1, 0]]);
  const history: Map<number, number>[] = [];
  for (let edits = 0; ; edits += 1) {
    history.push(new Map(reached));
    for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
      const down = diagonal === -edits || (diagonal !== edits && at(reached, diagonal - 1) < at(reached, diagonal + 1));
      let x = down ? at(reached, diagonal + 1) : at(reached, diagonal - 1) + 1;
      while (x < left.length && x - diagonal < right.length && left[x]!.text === right[x - diagonal]!.text) x += 1;
      reached.set(diagonal, x);
      if (x >= left.length && x - diagonal >= right.length) return trace(history, left.length, right.length);
    }
  }
}

function trace(history: Map<number, number>[], width: number, height: number): (readonly [number, number])[] {
  const pairs: (readonly [number, number])[] = [];
  let [x, y] = [width, height];
  for (const [edits, reached] of [...history.entries()].toReversed()) {
    const diagonal = x - y;
    const down = diagonal === -edits || (diagonal !== edits && at(reached, diagonal - 1) < at(reached, diagonal + 1));
    const previous = down ? diagonal + 1 : diagonal - 1;
    const startX = edits === 0 ? 0 : at(reached, previous) + (down ? 0 : 1);
    const startY = startX - diagonal;
    for (; x > startX && y > startY;) {
      [x, y] = [x - 1, y - 1];
      pairs.push([x, y]);
    }
    [x, y] = [at(reached, previous), at(reached, previous) - previous];
  }
  return pairs.toReversed();
}

function at(reached: Map<number, number>, diagonal: number): number {
  return reached.get(diagonal) ?? 0;
}
