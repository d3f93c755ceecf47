import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BenchChild, forkBenchChild } from './bench-child.ts';
import { type Certificate, createCertificate } from './certificate.ts';
import { BENCH_CORE, PROXY_CORE } from './cores.ts';
import type { UpstreamOrder, UpstreamPorts } from './upstream.ts';
import type { RunningVariant, Surroundings, Variant } from './variants/variant.ts';

/** The processes that are there for the whole bench. */
interface Cast {
  /** Beside the load: what the variants forward to. */
  upstream: BenchChild;
  /** On the proxy's core, for the direct call whose latency is measured. */
  farUpstream: BenchChild;
  load: BenchChild;
}

/** What stays the same for the whole bench: the upstreams, the load, and a folder for all that is started. */
export class BenchWorld {
  readonly folder: string;
  readonly load: BenchChild;
  readonly #cast: Cast;
  readonly #surroundings: Omit<Surroundings, 'folder'>;
  #started = 0;

  private constructor(folder: string, cast: Cast, surroundings: Omit<Surroundings, 'folder'>) {
    this.folder = folder;
    this.load = cast.load;
    this.#cast = cast;
    this.#surroundings = surroundings;
  }

  static async create(): Promise<BenchWorld> {
    const folder = mkdtempSync(join(tmpdir(), 'couloir-bench-'));
    const certificate: Certificate = await createCertificate();
    const environment = { BENCH_CERTIFICATE: JSON.stringify(certificate) };
    const startUpstream = (core: number) => forkBenchChild(new URL('upstream.ts', import.meta.url), core, environment);
    const cast = {
      upstream: startUpstream(BENCH_CORE),
      farUpstream: startUpstream(PROXY_CORE),
      load: forkBenchChild(new URL('load.ts', import.meta.url), BENCH_CORE),
    };
    const upstream = (await cast.upstream.next()) as UpstreamPorts;
    const { plain } = (await cast.farUpstream.next()) as UpstreamPorts;
    process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
    return new BenchWorld(folder, cast, { upstream, farUpstreamPort: plain, certificate });
  }

  /** Processes whose CPU is the bench's own. */
  get ownPids(): number[] {
    const { upstream, farUpstream, load } = this.#cast;
    return [upstream.pid, farUpstream.pid, load.pid];
  }

  /** With a folder of its own for whoever starts something. */
  surroundings(): Surroundings {
    this.#started += 1;
    const folder = join(this.folder, String(this.#started));
    mkdirSync(folder);
    return { ...this.#surroundings, folder };
  }

  /** @throws Unavailable */
  start(variant: Variant): Promise<RunningVariant> {
    return variant.start(this.surroundings());
  }

  /** Tells the upstreams how to answer from now on. */
  async order(order: UpstreamOrder): Promise<void> {
    const { upstream, farUpstream } = this.#cast;
    for (const each of [upstream, farUpstream]) each.send(order);
    await Promise.all([upstream.next(), farUpstream.next()]);
  }

  close(): void {
    const { upstream, farUpstream, load } = this.#cast;
    for (const child of [upstream, farUpstream, load]) child.stop();
  }
}
