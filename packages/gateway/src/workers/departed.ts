import { addFamilies } from '../telemetry/metrics/exposition.ts';
import type { MetricFamily } from '../telemetry/metrics/registry.ts';

/**
 * What workers that are gone had counted when they were last asked. Counters never fall: Prometheus would take the sum
 * without them for a restart, and count everything anew.
 */
export class Departed {
  #families: MetricFamily[] = [];

  add(lastReading: readonly MetricFamily[]): void {
    const counted = lastReading.filter(({ type }) => type !== 'gauge');
    this.#families = addFamilies([this.#families, counted]);
  }

  families(): MetricFamily[] {
    return this.#families;
  }
}
