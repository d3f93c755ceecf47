import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CLAUDE, GPT } from '../cases.ts';
import { PROXY_CORE } from '../cores.ts';
import { freePort, startProgram } from './program.ts';
import { CORTEX_BASE, type Surroundings, UPSTREAM_TOKEN, type Variant } from './variant.ts';

/** A gateway that npm does not have, started by a command of the user's. */
interface Peer {
  name: string;
  /** A configuration for it, whose path the command finds in `BENCH_CONFIG`. */
  configuration: { fileName: string; write(cortexUrl: string, upstreamUrl: string): string };
  paths: { chat: string; messages: string };
  modelPrefix: { chat: string; messages: string };
  /** Answers once it serves, without asking any model. */
  alivePath: string;
  environment: Record<string, string>;
}

const KEY = 'sk-bench';

const PEERS: Record<'litellm' | 'bifrost', Peer> = {
  litellm: {
    name: 'litellm',
    configuration: { fileName: 'config.yaml', write: litellmConfiguration },
    paths: { chat: '/v1/chat/completions', messages: '/v1/messages' },
    modelPrefix: { chat: '', messages: '' },
    alivePath: '/health/liveliness',
    // Prices as they are in the package: it would fetch newer ones while it is measured.
    environment: { LITELLM_LOCAL_MODEL_COST_MAP: 'True' },
  },
  bifrost: {
    name: 'bifrost',
    configuration: { fileName: 'config.json', write: bifrostConfiguration },
    paths: { chat: '/v1/chat/completions', messages: '/anthropic/v1/messages' },
    modelPrefix: { chat: 'openai/', messages: 'anthropic/' },
    alivePath: '/health',
    environment: {},
  },
};

/**
 * The command is run by a shell on the proxy's core. It gets `BENCH_PORT` to listen on at 127.0.0.1, `BENCH_FOLDER` and
 * in it `BENCH_CONFIG`, a configuration for the upstream, and `BENCH_KEY`, which clients send as their bearer token.
 */
export function commandPeer(product: keyof typeof PEERS, command: string): Variant {
  const peer = PEERS[product];
  return {
    name: peer.name,
    about: `${peer.name}, as started by: ${command}`,
    ours: false,
    async start({ upstream, folder }: Surroundings) {
      const port = await freePort();
      const upstreamUrl = `http://127.0.0.1:${upstream.plain}`;
      const config = join(folder, peer.configuration.fileName);
      writeFileSync(config, peer.configuration.write(upstreamUrl + CORTEX_BASE, upstreamUrl));
      const environment = {
        ...peer.environment,
        BENCH_PORT: String(port),
        BENCH_FOLDER: folder,
        BENCH_CONFIG: config,
        BENCH_KEY: KEY,
      };
      // `exec`, so that no shell stands between.
      const program = startProgram({
        command: 'sh',
        words: ['-c', `exec ${command}`],
        core: PROXY_CORE,
        environment,
        folder,
      });
      await program.untilAnswering(`http://127.0.0.1:${port}${peer.alivePath}`);
      return {
        pid: program.pid,
        target({ lane, secure }) {
          if (secure) return undefined;
          return {
            port,
            path: peer.paths[lane.client],
            headers: { authorization: `Bearer ${KEY}` },
            modelPrefix: peer.modelPrefix[lane.model === GPT ? 'chat' : 'messages'],
          };
        },
        stop: () => program.stop(),
      };
    },
  };
}

function litellmConfiguration(cortexUrl: string): string {
  return `
model_list:
  - model_name: ${GPT}
    litellm_params: { model: openai/${GPT}, api_base: '${cortexUrl}', api_key: ${UPSTREAM_TOKEN} }
  - model_name: ${CLAUDE}
    litellm_params: { model: anthropic/${CLAUDE}, api_base: '${cortexUrl}/messages', api_key: ${UPSTREAM_TOKEN} }
general_settings: { master_key: ${KEY} }
litellm_settings: { telemetry: false }
`;
}

function bifrostConfiguration(_cortexUrl: string, upstreamUrl: string): string {
  const provider = (model: string) => ({
    keys: [{ name: 'bench', value: UPSTREAM_TOKEN, models: [model], weight: 1 }],
    network_config: { base_url: upstreamUrl, default_request_timeout_in_seconds: 60, max_retries: 0 },
  });
  return JSON.stringify({ providers: { openai: provider(GPT), anthropic: provider(CLAUDE) } });
}
