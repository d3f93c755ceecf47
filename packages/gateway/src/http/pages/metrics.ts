import { EXPOSITION_TYPE, writeExposition } from '../../telemetry/metrics/exposition.ts';
import type { MetricFamily } from '../../telemetry/metrics/registry.ts';
import type { Visit } from './page.ts';

/** `GET /metrics`, as Prometheus scrapes it. */
export function metricsPage(read: () => MetricFamily[] | Promise<MetricFamily[]>): (visit: Visit) => Promise<void> {
  return async ({ response }) => {
    const text = writeExposition(await read());
    response.writeHead(200, { 'content-type': EXPOSITION_TYPE, 'content-length': Buffer.byteLength(text) });
    response.end(text);
  };
}
