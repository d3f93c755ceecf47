import {
  type CortexSandbox,
  createCortexSandbox,
  type LoggedRequest,
  type SandboxOptions,
} from '../../src/sandbox/index.ts';
import { type RunningCouloir, sandboxAccount, startCouloir } from '../support/couloir.ts';

/** The built program with the sandbox behind it. */
export interface World {
  couloir: RunningCouloir;
  sandbox: CortexSandbox;
  close(): Promise<void>;
}

interface WorldOptions {
  sandbox?: SandboxOptions;
  /** Other names of models, by name. Without them the environment alone configures the program. */
  names?: Record<string, string>;
  /** The Cortex API that all of them are asked on; each model's own unless said. */
  api?: 'complete';
}

export async function startWorld({ sandbox: options, names, api }: WorldOptions = {}): Promise<World> {
  const sandbox = await createCortexSandbox(options);
  const couloir = await startCouloir(
    names === undefined ? { env: sandboxAccount(sandbox.url) } : { config: configOf(sandbox.url, names, api) },
  );
  return {
    couloir,
    sandbox,
    async close() {
      await couloir.stop();
      await sandbox.close();
    },
  };
}

/**
 * Gives what reached Cortex since, oldest first. The sandbox remembers a thousand requests. The list of models is
 * asked for in the background and belongs to nobody.
 */
export function watchRequests({ sandbox }: World): () => readonly LoggedRequest[] {
  const last = sandbox.requests.at(-1);
  const since = () => sandbox.requests.slice(last === undefined ? 0 : sandbox.requests.indexOf(last) + 1);
  return () => since().filter(({ path }) => path !== '/api/v2/cortex/models');
}

function configOf(host: string, names: Record<string, string>, api: WorldOptions['api']): string {
  return JSON.stringify({
    accounts: { main: { host, token: 'sandbox-test' } },
    models: Object.entries(names).map(([name, model]) => ({ name, model, ...(api === undefined ? {} : { api }) })),
  });
}
