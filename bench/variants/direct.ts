import { CORTEX_BASE, ENDPOINT, UPSTREAM_TOKEN, type Variant } from './variant.ts';

/** Nothing in between. */
export const direct: Variant = {
  name: 'direct',
  about: 'no proxy',
  ours: false,
  start: ({ upstream, farUpstreamPort }) =>
    Promise.resolve({
      pid: undefined,
      target({ secure, mode, lane: { client } }) {
        if (secure) return undefined;
        return {
          // Alone, what counts is the waking of the other core, which every way through a proxy has too.
          port: mode === 'alone' ? farUpstreamPort : upstream.plain,
          path: CORTEX_BASE + ENDPOINT[client],
          headers: { authorization: `Bearer ${UPSTREAM_TOKEN}` },
          modelPrefix: '',
        };
      },
      stop: () => Promise.resolve(),
    }),
};
