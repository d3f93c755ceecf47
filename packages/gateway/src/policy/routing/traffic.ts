/** What is going on at each deployment right now, as the strategies see it. */
interface DeploymentTraffic {
  /** Requests on their way. */
  inFlight: number;
  /** Moving average of the time to the first content, in milliseconds; undefined where nothing was read of late. */
  firstContentMs: number | undefined;
  /** Requests begun and tokens counted in the running minute. */
  requestsThisMinute: number;
  tokensThisMinute: number;
}

/** One request at a deployment. */
interface Flight {
  /** The first content came after so many milliseconds. */
  answered(firstContentMs: number): void;
  /** None had come after so many milliseconds, and none will: only told where that is longer than usual. */
  gaveUp(afterMs: number): void;
  /** It is over, however it went; only the first call counts. */
  landed(tokens: number): void;
}

export interface Traffic {
  of(deploymentId: string): Readonly<DeploymentTraffic>;
  started(deploymentId: string): Flight;
}

interface Counted extends DeploymentTraffic {
  minute: number;
  /** Of the newest reading. */
  readAtMs: number;
}

/** The share of a new reading in the average: some ten answers decide it. */
const NEW_READING = 0.2;
const MINUTE_MS = 60_000;
/** Whoever was slow is tried again after so long: nothing else would tell that it is quick by now. */
const READINGS_LAST_MS = 5 * MINUTE_MS;

/** @param now milliseconds */
export function createTraffic(now: () => number): Traffic {
  const counted = new Map<string, Counted>();
  const at = (id: string): Counted => {
    const nowMs = now();
    const minute = Math.floor(nowMs / MINUTE_MS);
    let traffic = counted.get(id);
    if (traffic === undefined) {
      const none = { inFlight: 0, firstContentMs: undefined, requestsThisMinute: 0, tokensThisMinute: 0 };
      traffic = { ...none, minute, readAtMs: nowMs };
      counted.set(id, traffic);
    } else if (traffic.minute !== minute) {
      traffic.minute = minute;
      traffic.requestsThisMinute = 0;
      traffic.tokensThisMinute = 0;
      if (nowMs - traffic.readAtMs > READINGS_LAST_MS) traffic.firstContentMs = undefined;
    }
    return traffic;
  };
  const read = (traffic: Counted, reading: number) => {
    const average = traffic.firstContentMs;
    traffic.firstContentMs = average === undefined ? reading : average + NEW_READING * (reading - average);
    traffic.readAtMs = now();
  };
  return {
    of: at,
    started(id) {
      const traffic = at(id);
      traffic.inFlight += 1;
      traffic.requestsThisMinute += 1;
      let flying = true;
      return {
        answered: (firstContentMs) => read(traffic, firstContentMs),
        gaveUp(afterMs) {
          if (afterMs > (traffic.firstContentMs ?? 0)) read(traffic, afterMs);
        },
        landed(tokens) {
          if (!flying) return;
          flying = false;
          traffic.inFlight -= 1;
          at(id).tokensThisMinute += tokens;
        },
      };
    },
  };
}
