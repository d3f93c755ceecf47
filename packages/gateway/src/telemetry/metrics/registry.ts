/**
 * Counters, gauges and histograms in plain objects: what the hot path does is a look-up and an addition. Everything
 * else happens when somebody scrapes.
 */
export interface MetricFamily {
  name: string;
  help: string;
  type: 'counter' | 'gauge' | 'histogram';
  labels: readonly string[];
  /** What several processes read, as one: their sum unless said. */
  across?: 'largest' | 'smallest';
  /** Upper bounds of a histogram's buckets, without the infinite one. */
  bounds?: readonly number[];
  series: MetricSeries[];
}

export interface MetricSeries {
  /** Values of the labels, in their order. */
  values: readonly string[];
  /** The count of a counter, the reading of a gauge, the sum of a histogram. */
  value: number;
  /** How many observations fell into each bucket, the infinite one last. */
  buckets?: number[];
}

/** Labels come from configuration, but a wildcard can be asked for anything: beyond so many the rest is one series. */
const MOST_SERIES = 1_000;
const REST = 'other';

class Family {
  readonly #family: MetricFamily;
  readonly #series = new Map<string, MetricSeries>();

  constructor(family: Omit<MetricFamily, 'series'>) {
    this.#family = { ...family, series: [] };
  }

  read(): MetricFamily {
    return { ...this.#family, series: Array.from(this.#series.values(), copyOf) };
  }

  /** To be kept by whoever counts often: the same for the same labels until the family is reset. */
  series(values: readonly string[]): MetricSeries {
    const key = values.join('\0');
    const known = this.#series.get(key);
    if (known !== undefined) return known;
    const { labels, bounds } = this.#family;
    const full = this.#series.size >= MOST_SERIES && values.some((value) => value !== REST);
    if (full) return this.series(labels.map(() => REST));
    const series: MetricSeries = {
      values: [...values],
      value: 0,
      ...(bounds === undefined ? {} : { buckets: Array.from({ length: bounds.length + 1 }, () => 0) }),
    };
    this.#series.set(key, series);
    return series;
  }

  protected clear(): void {
    this.#series.clear();
  }
}

function copyOf(series: MetricSeries): MetricSeries {
  return { ...series, ...(series.buckets === undefined ? {} : { buckets: [...series.buckets] }) };
}

export class Counter extends Family {
  add(values: readonly string[], amount = 1): void {
    this.series(values).value += amount;
  }

  /** For what is counted elsewhere, since the start of the process. */
  reach(values: readonly string[], count: number): void {
    this.series(values).value = count;
  }
}

export class Gauge extends Family {
  set(values: readonly string[], reading: number): void {
    this.series(values).value = reading;
  }

  /** Forgets what is no longer there. */
  reset(): void {
    this.clear();
  }
}

export class Histogram extends Family {
  readonly #bounds: readonly number[];

  constructor(family: Omit<MetricFamily, 'series'> & { bounds: readonly number[] }) {
    super(family);
    this.#bounds = family.bounds;
  }

  observe(values: readonly string[], observation: number): void {
    this.observeIn(this.series(values), observation);
  }

  /** @param series one of this family */
  observeIn(series: MetricSeries, observation: number): void {
    let bucket = 0;
    while (bucket < this.#bounds.length && observation > this.#bounds[bucket]!) bucket += 1;
    series.buckets![bucket]! += 1;
    series.value += observation;
  }
}

export class Registry {
  readonly #families: Family[] = [];
  readonly #collectors: (() => void)[] = [];

  counter(name: string, help: string, labels: readonly string[] = []): Counter {
    return this.#add(new Counter({ name, help, labels, type: 'counter' }));
  }

  gauge(name: string, help: string, labels: readonly string[] = [], across?: MetricFamily['across']): Gauge {
    return this.#add(new Gauge({ name, help, labels, type: 'gauge', ...(across === undefined ? {} : { across }) }));
  }

  histogram(name: string, help: string, bounds: readonly number[], labels: readonly string[] = []): Histogram {
    return this.#add(new Histogram({ name, help, labels, bounds, type: 'histogram' }));
  }

  /** Called before each reading, to set gauges. */
  onRead(collector: () => void): void {
    this.#collectors.push(collector);
  }

  read(): MetricFamily[] {
    for (const collect of this.#collectors) collect();
    return this.#families.map((family) => family.read());
  }

  #add<F extends Family>(family: F): F {
    this.#families.push(family);
    return family;
  }
}
