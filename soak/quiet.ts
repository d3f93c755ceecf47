import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { KEY, type SoakWorld } from './world.ts';

/** What must come back to zero, by name, as the gateway tells it at `/metrics`. */
const COUNTERS =
  /^(couloir_(?:requests_running|requests_queued|deployment_in_flight|pacing_queued|pacing_running))(\{.*\})? (\S+)$/;
const LOOKS_EVERY_MS = 200;
/** Answers of which nobody hears any more may be silent for as long as the gateway’s patience lasts. */
const SETTLES_WITHIN_MS = 15_000;
/** Idle connections are kept for as long as the other side says that it keeps them: the sandboxes say 60 s. */
const CLOSES_WITHIN_MS = 75_000;

/** Waits until nothing runs. @returns what still does when the time is over */
export async function settle(world: SoakWorld): Promise<string[]> {
  return until(SETTLES_WITHIN_MS, async () => [
    ...world.sandboxes.flatMap(({ openRequests, url }) =>
      openRequests === 0 ? [] : [`${openRequests} requests at ${url}`],
    ),
    ...(await runningCounters(world)),
  ]);
}

/** Waits until no connection to an upstream is open. @returns those that are when the time is over */
export async function disconnect(world: SoakWorld): Promise<string[]> {
  return until(CLOSES_WITHIN_MS, () =>
    world.sandboxes.flatMap(({ openConnections, url }) =>
      openConnections === 0 ? [] : [`${openConnections} connections to ${url}`],
    ),
  );
}

async function until(withinMs: number, look: () => string[] | Promise<string[]>): Promise<string[]> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found.length === 0 || performance.now() > deadline) return found;
    await sleep(LOOKS_EVERY_MS);
  }
}

/** Each look is answered by one of the workers: as many looks as it takes to see them all. */
async function runningCounters({ gateway, workers }: SoakWorld): Promise<string[]> {
  const looks = await Promise.all(Array.from({ length: workers * 2 }, () => get(`${gateway.url}/metrics`)));
  return [...new Set(looks.flatMap(nonZero))];
}

function nonZero(text: string): string[] {
  return text.split('\n').flatMap((line) => {
    const [, name, labels = '', value] = COUNTERS.exec(line) ?? [];
    return name === undefined || Number(value) === 0 ? [] : [`${name}${labels} ${value}`];
  });
}

/** What goes wrong is told like a counter that does not come to rest. */
function get(url: string): Promise<string> {
  return new Promise((resolve) => {
    const asked = request(url, { agent: false, headers: { authorization: `Bearer ${KEY}` } }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (more: string) => (text += more));
      response.on('end', () => resolve(text));
    });
    asked.on('error', ({ message }) => resolve(`couloir_requests_running{because="${message}"} 1`)).end();
  });
}
