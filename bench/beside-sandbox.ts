import type { BenchWorld } from './bench-world.ts';
import { findCase } from './cases.ts';
import { BENCH_CORE } from './cores.ts';
import { bodyOf } from './prompts.ts';
import { median } from './statistics.ts';
import { GATEWAY_PROGRAM, launchCouloir } from './variants/couloir.ts';
import { freePort, startProgram } from './variants/program.ts';
import { CORTEX_BASE, ENDPOINT, UPSTREAM_TOKEN } from './variants/variant.ts';

/** How much longer a request takes through the gateway than to the sandbox itself. */
export interface BesideSandbox {
  caseName: string;
  /** Ratio of the medians. */
  ratio: number;
}

const CASES = ['verbatim-2kb-unary', 'mended-2kb-unary', 'mended-2kb-bulk'];
const PAIRS = 200;
/** Code that has not run yet is compiled on the way. */
const WARM_UP_PAIRS = 100;

/** One request to the sandbox and the same one through the gateway before it, in turns, so that what slows one slows both. */
export async function measureBesideSandbox(world: BenchWorld): Promise<BesideSandbox[]> {
  const surroundings = world.surroundings();
  const port = await freePort();
  const sandbox = startProgram({
    command: process.execPath,
    words: [GATEWAY_PROGRAM, 'sandbox', '--port', String(port)],
    core: BENCH_CORE,
    environment: {},
    folder: surroundings.folder,
  });
  const direct = `http://127.0.0.1:${port}`;
  const upstream = { ...surroundings.upstream, plain: port };
  const gateway = await launchCouloir({ ...surroundings, upstream });
  try {
    await sandbox.untilAnswering(direct);
    await gateway.program.untilAnswering(`${gateway.url}/health/liveness`);
    const measured: BesideSandbox[] = [];
    for (const caseName of CASES) {
      const { client } = findCase(caseName).lane;
      const body = bodyOf(findCase(caseName), '');
      // The sandbox refuses `max_tokens` on chat completions, as Cortex does.
      const upstreamBody = client === 'chat' ? renameLimit(body) : body;
      const [straight, through] = [[], []] as [number[], number[]];
      for (let pair = 0; pair < WARM_UP_PAIRS + PAIRS; pair += 1) {
        const token = { authorization: `Bearer ${UPSTREAM_TOKEN}` };
        const straightMs = await timed(direct + CORTEX_BASE + ENDPOINT[client], token, upstreamBody);
        const throughMs = await timed(`${gateway.url}/v1${ENDPOINT[client]}`, gateway.headers, body);
        if (pair < WARM_UP_PAIRS) continue;
        straight.push(straightMs);
        through.push(throughMs);
      }
      measured.push({ caseName, ratio: (median(through) ?? 0) / (median(straight) ?? 1) });
    }
    return measured;
  } finally {
    await Promise.all([gateway.program.stop(), sandbox.stop()]);
  }
}

async function timed(url: string, headers: Record<string, string>, body: Buffer): Promise<number> {
  const startedAt = performance.now();
  const answer = await fetch(url, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: new Uint8Array(body),
  });
  const text = await answer.text();
  if (answer.status !== 200) throw new Error(`${url} answered ${answer.status}: ${text.slice(0, 300)}`);
  return performance.now() - startedAt;
}

function renameLimit(body: Buffer): Buffer {
  const { max_tokens: limit, ...rest } = JSON.parse(body.toString()) as Record<string, unknown>;
  return Buffer.from(JSON.stringify({ ...rest, max_completion_tokens: limit }));
}
