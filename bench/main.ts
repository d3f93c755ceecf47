/**
 * `npm run bench`: the sandbox asked directly, and through the gateway, in turns. Read the ratios: absolute
 * numbers belong to this machine and this minute, and load, gateway and sandbox share its cores.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { type BenchCase, CASES } from './cases.ts';
import { runLoad, type LoadResult } from './load.ts';

const ROUNDS = 2;
const RUN_MS = 700;
const WARM_UP_MS = 300;

interface Measured {
  latenciesMs: number[];
  seconds: number;
  gatewayMicros: number;
  sandboxMicros: number;
}

const sandbox = await start('sandbox', {});
const gateway = await start('gateway', { SANDBOX_URL: sandbox.url });
const DIRECT = { url: `${sandbox.url}/api/v2/cortex/v1/chat/completions`, key: 'sandbox-bench' };
const THROUGH = { url: `${gateway.url}/v1/chat/completions`, key: 'bench-key' };

const rows = [];
for (const bench of CASES) rows.push(await compare(bench));
console.table(Object.fromEntries(rows));
console.log(
  `${ROUNDS} interleaved rounds of ${RUN_MS} ms each on ${availableParallelism()} cores, Node ${process.versions.node}.\n` +
    'x direct: time or rate through the gateway over that of the direct call. x sandbox: CPU of the gateway over that of the\n' +
    'sandbox for the same requests. Claude’s direct call is Cortex’s chat API; through the gateway it is translated to Messages.',
);
gateway.stop();
sandbox.stop();

async function compare(bench: BenchCase): Promise<[string, Record<string, number>]> {
  await runLoad(DIRECT.url, DIRECT.key, bench, WARM_UP_MS);
  const { headers } = await runLoad(THROUGH.url, THROUGH.key, bench, WARM_UP_MS);
  const direct: Measured[] = [];
  const through: Measured[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    direct.push(await measure(() => runLoad(DIRECT.url, DIRECT.key, bench, RUN_MS)));
    through.push(await measure(() => runLoad(THROUGH.url, THROUGH.key, bench, RUN_MS)));
  }
  const [before, after] = [merge(direct), merge(through)];
  const count = after.latenciesMs.length;
  return [
    `${bench.name}, ${bench.concurrency === 1 ? 'one by one' : `${bench.concurrency} at once`}, ${String(headers['x-couloir-lane'])}`,
    {
      'added p50 ms': rounded(quantile(after, 0.5) - quantile(before, 0.5)),
      'added p99 ms': rounded(quantile(after, 0.99) - quantile(before, 0.99)),
      'p50 x direct': rounded(quantile(after, 0.5) / quantile(before, 0.5)),
      'rate x direct': rounded(count / after.seconds / (before.latenciesMs.length / before.seconds)),
      'CPU µs/request': Math.round(after.gatewayMicros / count),
      'CPU x sandbox': rounded(after.gatewayMicros / after.sandboxMicros),
    },
  ];
}

async function measure(load: () => Promise<LoadResult>): Promise<Measured> {
  const [gatewayBefore, sandboxBefore] = await Promise.all([gateway.cpuMicros(), sandbox.cpuMicros()]);
  const { latenciesMs, seconds } = await load();
  const [gatewayAfter, sandboxAfter] = await Promise.all([gateway.cpuMicros(), sandbox.cpuMicros()]);
  return {
    latenciesMs,
    seconds,
    gatewayMicros: gatewayAfter - gatewayBefore,
    sandboxMicros: sandboxAfter - sandboxBefore,
  };
}

function merge(rounds: Measured[]): Measured {
  const sum = (pick: (round: Measured) => number) => rounds.reduce((total, round) => total + pick(round), 0);
  return {
    latenciesMs: rounds.flatMap((round) => round.latenciesMs).toSorted((left, right) => left - right),
    seconds: sum((round) => round.seconds),
    gatewayMicros: sum((round) => round.gatewayMicros),
    sandboxMicros: sum((round) => round.sandboxMicros),
  };
}

function quantile({ latenciesMs }: Measured, share: number): number {
  return latenciesMs[Math.min(latenciesMs.length - 1, Math.floor(latenciesMs.length * share))] ?? Number.NaN;
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}

async function start(side: 'sandbox' | 'gateway', env: Record<string, string>) {
  const models = [...new Set(CASES.map(({ model }) => model))];
  const child = fork(new URL('process.ts', import.meta.url), [side, ...models], { env: { ...process.env, ...env } });
  const [first] = (await Promise.race([once(child, 'message'), once(child, 'exit')])) as [unknown];
  if (typeof first !== 'object' || first === null || !('url' in first)) throw new Error(`the ${side} did not start`);
  return {
    url: String(first.url),
    async cpuMicros() {
      child.send('cpu');
      const [answer] = (await once(child, 'message')) as [{ cpuMicros: number }];
      return answer.cpuMicros;
    },
    stop: () => child.disconnect(),
  };
}
