import type { BenchCase } from '../cases.ts';
import type { Certificate } from '../certificate.ts';
import type { Target } from '../target.ts';
import type { UpstreamPorts } from '../upstream.ts';

/** What every variant is given to start with. */
export interface Surroundings {
  upstream: UpstreamPorts;
  /** Another upstream, on the proxy's core. */
  farUpstreamPort: number;
  certificate: Certificate;
  /** A folder of the variant's own that is removed at the end. */
  folder: string;
}

/** One way from the client to the upstream. */
export interface Variant {
  name: string;
  /** One line for the tables: what it is and in which version. */
  about: string;
  /** False: an answer that does not come is noted as such instead of ending the bench. */
  ours: boolean;
  /** @throws Unavailable when it cannot run here */
  start(surroundings: Surroundings): Promise<RunningVariant>;
}

export interface RunningVariant {
  /** Root of the processes whose CPU and memory are counted; undefined when there is nothing in between. */
  pid: number | undefined;
  /** Undefined for cases that it has no way to serve. */
  target(bench: BenchCase): Target | undefined;
  stop(): Promise<void>;
}

/** Why a variant is not in the tables, told to the reader of the bench. */
export class Unavailable extends Error {
  override name = 'Unavailable';
}

/** The upstream's paths are those of Cortex. */
export const CORTEX_BASE = '/api/v2/cortex/v1';
export const ENDPOINT = { chat: '/chat/completions', messages: '/messages' } as const;
/** A token as the sandbox takes it, so that nothing here can be mistaken for a real one. */
export const UPSTREAM_TOKEN = 'sandbox-bench';
