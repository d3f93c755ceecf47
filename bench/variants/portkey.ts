import { join } from 'node:path';
import type { BenchCase } from '../cases.ts';
import { PROXY_CORE } from '../cores.ts';
import { installFromNpm } from './npm-cache.ts';
import { freePort, startProgram } from './program.ts';
import { CORTEX_BASE, UPSTREAM_TOKEN, type Variant } from './variant.ts';

interface PortkeyOptions {
  name: string;
  about: string;
  /** @returns the Node it runs on @throws Unavailable */
  node: () => string;
  serves: (bench: BenchCase) => boolean;
}

const VERSION = '1.15.2';
const PACKAGE = '@portkey-ai/gateway';
/** As published, its ranges resolve to versions with which every stream fails ("TypeError: immutable"). */
const OVERRIDES = { '@hono/node-server': '1.13.5', hono: '4.9.7' };
/** What the image that its makers publish is built on (FROM node:20-alpine). */
const IMAGE_NODE = '20';

/** Portkey's open-source gateway, from npm, on the Node that everything here runs on. */
export const portkey: Variant = portkeyVariant({
  name: 'portkey',
  about: `${PACKAGE} ${VERSION} on Node ${process.versions.node}`,
  node: () => process.execPath,
  serves: () => true,
});

/** The same as its own container image runs it: there it costs several times as much. */
export const portkeyAsShipped: Variant = portkeyVariant({
  name: 'portkey-node20',
  about: `${PACKAGE} ${VERSION} on Node ${IMAGE_NODE}, as in its own container image`,
  node() {
    const name = `node-linux-${process.arch}`;
    const modules = installFromNpm(`node-${IMAGE_NODE}`, { dependencies: { [name]: IMAGE_NODE } });
    return join(modules, name, 'bin/node');
  },
  serves: ({ decisive }) => decisive,
});

function portkeyVariant({ name, about, node, serves }: PortkeyOptions): Variant {
  return {
    name,
    about,
    ours: false,
    async start({ upstream, folder }) {
      const manifest = { dependencies: { [PACKAGE]: VERSION }, overrides: OVERRIDES };
      const modules = installFromNpm(`portkey-${VERSION}`, manifest);
      const port = await freePort();
      const program = startProgram({
        command: node(),
        words: [join(modules, PACKAGE, 'build/start-server.js'), '--headless', `--port=${port}`],
        core: PROXY_CORE,
        environment: { NODE_ENV: 'production' },
        folder,
      });
      await program.untilAnswering(`http://127.0.0.1:${port}/`);
      return {
        pid: program.pid,
        target(bench) {
          const provider = providerOf(bench);
          if (provider === undefined || !serves(bench)) return undefined;
          return {
            port,
            path: bench.lane.client === 'chat' ? '/v1/chat/completions' : '/v1/messages',
            headers: {
              authorization: `Bearer ${UPSTREAM_TOKEN}`,
              'x-portkey-provider': provider,
              'x-portkey-custom-host': `http://127.0.0.1:${upstream.plain}${CORTEX_BASE}`,
            },
            modelPrefix: '',
          };
        },
        stop: () => program.stop(),
      };
    },
  };
}

/** It translates chat completions for Claude, but not Messages for others; and its upstream's certificate cannot be ours. */
function providerOf({ lane, secure }: BenchCase): string | undefined {
  if (secure || lane.name === 'messages-to-gpt') return undefined;
  return lane.name === 'mended' ? 'openai' : 'anthropic';
}
