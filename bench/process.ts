// One side of the bench in a process of its own, so that its CPU time can be told from the others'.
import { startGateway } from '../packages/gateway/src/index.ts';
import { Secret } from '../packages/gateway/src/kit/secret.ts';
import { createCortexSandbox } from '../packages/gateway/src/sandbox/index.ts';

const [side, ...models] = process.argv.slice(2);
const url =
  side === 'sandbox' ? (await createCortexSandbox()).url : await gatewayBefore(process.env['SANDBOX_URL'] ?? '');

process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.({ cpuMicros: user + system });
});
process.on('disconnect', () => process.exit());
process.send?.({ url });

async function gatewayBefore(apiBase: string): Promise<string> {
  const gateway = await startGateway({
    settings: {
      server: { host: '127.0.0.1', port: 0 },
      masterKey: new Secret('bench-key'),
      deployments: models.map((model) => ({
        id: model,
        modelName: model,
        provider: 'cortex',
        model,
        base: { apiBase },
        credential: { kind: 'snowflake-token', token: new Secret('sandbox-bench') },
        weight: 1,
        order: 0,
        promptCaching: 'auto',
        defaults: {},
        extraHeaders: {},
      })),
      aliases: {},
      dropParams: true,
      retries: 0,
      timeouts: { totalMs: 60_000, firstByteMs: 60_000, idleMs: 60_000 },
      disabledMends: [],
      log: { level: 'silent' },
    },
  });
  return gateway.url;
}
