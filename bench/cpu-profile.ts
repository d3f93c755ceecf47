/** Where the time of a V8 CPU profile went, by function and by place in the source. */

interface CallFrame {
  functionName: string;
  url: string;
  /** Both count from 0. */
  lineNumber: number;
  columnNumber: number;
}

export interface CpuProfile {
  nodes: { id: number; callFrame: CallFrame; children?: number[] }[];
  samples: number[];
  /** Microseconds of the monotonic clock. */
  startTime: number;
  timeDeltas: number[];
}

/** Where a place of a bundle comes from; undefined where nothing is known. */
type Locate = (frame: CallFrame) => string | undefined;

export interface FunctionTime {
  /** `name file:line` */
  place: string;
  /** Shares of the time in which the program was not idle: in the function itself, and in all that it called. */
  self: number;
  total: number;
}

/** @param window microseconds of the monotonic clock: what was before and after it is left out */
export function functionTimes(
  { nodes, samples, startTime, timeDeltas }: CpuProfile,
  locate: Locate,
  window: { fromMicros: number; toMicros: number },
): FunctionTime[] {
  const places = new Map(nodes.map(({ id, callFrame }) => [id, nameOf(callFrame, locate)]));
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)));
  const selfMicros = new Map<string, number>();
  const totalMicros = new Map<string, number>();
  let busyMicros = 0;
  let atMicros = startTime;
  for (const [index, id] of samples.entries()) {
    const micros = timeDeltas[index] ?? 0;
    atMicros += micros;
    const place = places.get(id);
    if (place === undefined || place === '(idle)') continue;
    if (atMicros < window.fromMicros || atMicros > window.toMicros) continue;
    busyMicros += micros;
    add(selfMicros, place, micros);
    for (const caller of placesAbove(id, places, parents)) add(totalMicros, caller, micros);
  }
  return [...totalMicros].map(([place, micros]) => ({
    place,
    self: (selfMicros.get(place) ?? 0) / busyMicros,
    total: micros / busyMicros,
  }));
}

/** The places of a node and of all its callers, each once however deep it recurs. */
function placesAbove(id: number, places: Map<number, string>, parents: Map<number, number>): Set<string> {
  const found = new Set<string>();
  for (let at: number | undefined = id; at !== undefined; at = parents.get(at)) {
    const place = places.get(at);
    if (place !== undefined) found.add(place);
  }
  return found;
}

function add(times: Map<string, number>, place: string, micros: number): void {
  times.set(place, (times.get(place) ?? 0) + micros);
}

function nameOf(frame: CallFrame, locate: Locate): string {
  const { functionName, url, lineNumber } = frame;
  const place = locate(frame) ?? (url === '' ? '' : `${url.replace(/^.*\/node_modules\//, '')}:${lineNumber + 1}`);
  return `${functionName || '(anonymous)'} ${place}`.trim();
}
