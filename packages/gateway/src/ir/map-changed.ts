/**
 * `map` that gives the same list back when it changed nothing. Histories have hundreds of turns of which most
 * requests change none: what is not copied costs nothing, here and in every later look for changes.
 */
export function mapChanged<T>(items: T[], change: (item: T, index: number) => T): T[] {
  let changed: T[] | undefined;
  for (let index = 0; index < items.length; index += 1) {
    const item = items[index]!;
    const after = change(item, index);
    if (after !== item) changed ??= items.slice(0, index);
    changed?.push(after);
  }
  return changed ?? items;
}

/** The same for changes that may leave items out or make several of one: `undefined` keeps the item. */
export function replaceSome<T>(items: T[], replace: (item: T, index: number) => readonly T[] | undefined): T[] {
  let changed: T[] | undefined;
  for (let index = 0; index < items.length; index += 1) {
    const item = items[index]!;
    const replacement = replace(item, index);
    if (replacement !== undefined) changed ??= items.slice(0, index);
    if (changed === undefined) continue;
    for (const after of replacement ?? [item]) changed.push(after);
  }
  return changed ?? items;
}
