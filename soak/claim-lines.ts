import type { Told } from './client.ts';
import type { LogLine } from './log-line.ts';

export interface Claimed {
  /** The log lines of each request; one, if all is well. */
  lines: Map<Told, LogLine[]>;
  /** Lines of requests that no client tells of. */
  unclaimed: LogLine[];
}

/**
 * Gives each request its log lines: by the id that the answer told, and where there was no answer, because the client
 * left before it, by path and length.
 * @param certainty how sure it is that a request has a line with its length: the surest choose first
 */
export function claimLines(
  told: readonly Told[],
  lines: readonly LogLine[],
  certainty: (told: Told) => number,
): Claimed {
  const byId = Map.groupBy(lines, ({ requestId }) => requestId);
  const claimed = new Map<Told, LogLine[]>();
  for (const one of told) {
    if (one.requestId === undefined) continue;
    claimed.set(one, byId.get(one.requestId) ?? []);
    byId.delete(one.requestId);
  }
  const left = Map.groupBy([...byId.values()].flat(), ({ path, bytesIn }) => `${path} ${bytesIn}`);
  const anonymous = told
    .filter(({ requestId }) => requestId === undefined)
    .toSorted((one, other) => certainty(other) - certainty(one));
  // Those whose body was read first: what remains was given up before that.
  const late = anonymous.filter((one) => !claim(one, `${one.path} ${one.bytes}`));
  for (const one of late) {
    // Whoever waited for its answer until the connection broke was not given up before it was read.
    if (one.ended !== 'left' || !claim(one, `${one.path} undefined`)) claimed.set(one, []);
  }
  return { lines: claimed, unclaimed: [...left.values()].flat() };

  function claim(one: Told, key: string): boolean {
    const line = left.get(key)?.shift();
    if (line !== undefined) claimed.set(one, [line]);
    return line !== undefined;
  }
}
