/** The key lives in this tab and dies with it: no cookie, nothing on disk. */
const ITEM = 'couloir-key';

export function storedKey(): string | undefined {
  return sessionStorage.getItem(ITEM) ?? undefined;
}

export function storeKey(key: string | undefined): void {
  if (key === undefined) sessionStorage.removeItem(ITEM);
  else sessionStorage.setItem(ITEM, key);
}
