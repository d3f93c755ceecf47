const UNITS_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000 };

/**
 * The beginning of a period: `90m`, `24h`, `7d` and `2w` count back from now, `2026-11-01` is that day's start in UTC.
 * @returns milliseconds since the epoch; undefined for anything else
 */
export function readSince(text: string, nowMs: number): number | undefined {
  const [, count, unit = ''] = /^(\d{1,6})([mhdw])$/.exec(text.trim()) ?? [];
  if (count !== undefined) return nowMs - Number(count) * UNITS_MS[unit]!;
  if (!/^\d{4}-\d\d-\d\d$/.test(text.trim())) return undefined;
  const day = Date.parse(`${text.trim()}T00:00:00Z`);
  return Number.isNaN(day) ? undefined : day;
}

/** `2026-11-20 16:05 UTC` */
export function writeMoment(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
