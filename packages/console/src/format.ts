/** Numbers and moments as people read them. `–` stands for what nobody knows. */
export const UNKNOWN = '–';

const WHOLE = new Intl.NumberFormat('en-US');
const COMPACT = new Intl.NumberFormat('en-US', { notation: 'compact', maximumFractionDigits: 1 });
const MOMENT = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });

export function whole(count: number | null): string {
  return count === null ? UNKNOWN : WHOLE.format(count);
}

/** `1.3M`, `272K`, `512`. */
export function compact(count: number | null): string {
  return count === null ? UNKNOWN : COMPACT.format(count);
}

/** Two decimals, and more where two would hide a small amount. */
export function dollars(amount: number | null): string {
  if (amount === null) return UNKNOWN;
  const decimals = amount === 0 || amount >= 1 ? 2 : amount >= 0.01 ? 4 : 6;
  return `$${amount.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: decimals })}`;
}

export function share(part: number, all: number): string {
  return all === 0 ? UNKNOWN : `${((part / all) * 100).toFixed(1)}%`;
}

/** In the reader's own time zone. */
export function moment(iso: string): string {
  return MOMENT.format(new Date(iso));
}

/** `840 ms`, `12.4 s`, `3 min 5 s`. */
export function milliseconds(ms: number | null): string {
  if (ms === null) return UNKNOWN;
  if (ms < 1_000) return `${ms} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1_000)} s`;
}

/** The two largest units: `3 d 4 h`, `12 min 5 s`. */
export function duration(seconds: number): string {
  const units = [
    ['d', Math.floor(seconds / 86_400)],
    ['h', Math.floor(seconds / 3_600) % 24],
    ['min', Math.floor(seconds / 60) % 60],
    ['s', Math.floor(seconds) % 60],
  ] as const;
  const first = units.findIndex(([, count]) => count > 0);
  if (first === -1) return '0 s';
  return units
    .slice(first, first + 2)
    .filter(([, count]) => count > 0)
    .map(([unit, count]) => `${count} ${unit}`)
    .join(' ');
}

/** `1 request`, `12 requests`. */
export function counted(count: number, noun: string): string {
  return `${whole(count)} ${noun}${count === 1 ? '' : 's'}`;
}
