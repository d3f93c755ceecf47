/** A sample told by the figures that are quoted. */
export interface Quantiles {
  count: number;
  p50: number;
  p99: number;
  max: number;
}

/** @param values in any order; they are sorted in place */
export function quantilesOf(values: Float64Array): Quantiles | undefined {
  if (values.length === 0) return undefined;
  values.sort();
  return { count: values.length, p50: quantile(values, 0.5), p99: quantile(values, 0.99), max: values.at(-1)! };
}

/** By nearest rank: a value that was really measured. */
function quantile(sorted: Float64Array, share: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)]!;
}

export function median(values: readonly number[]): number | undefined {
  if (values.length === 0) return undefined;
  const sorted = values.toSorted((left, right) => left - right);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/**
 * The median over rounds of what `combine` makes of two variants in the same round, so that a machine that
 * grows slower from round to round moves both sides. Rounds in which either is missing count for nothing.
 */
export function medianOfPairs(
  left: ReadonlyMap<number, number>,
  right: ReadonlyMap<number, number>,
  combine: (left: number, right: number) => number,
): number | undefined {
  const pairs = [...left].flatMap(([round, value]) => {
    const other = right.get(round);
    return other === undefined ? [] : [combine(value, other)];
  });
  return median(pairs);
}

/** Numbers of which there are too many for an array of boxed ones. */
export class Samples {
  #values = new Float64Array(1024);
  #count = 0;

  add(value: number): void {
    if (this.#count === this.#values.length) {
      const grown = new Float64Array(this.#count * 2);
      grown.set(this.#values);
      this.#values = grown;
    }
    this.#values[this.#count] = value;
    this.#count += 1;
  }

  clear(): void {
    this.#count = 0;
  }

  summary(): Quantiles | undefined {
    return quantilesOf(this.#values.subarray(0, this.#count));
  }
}
