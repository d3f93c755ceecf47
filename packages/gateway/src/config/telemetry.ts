import { Secret } from '../kit/secret.ts';
import type { Draft } from './draft.ts';
import type { Environment } from './interpolate.ts';
import type { TelemetrySettings } from './settings.ts';

/** Addresses of a collector: OpenTelemetry's own variables, then LiteLLM's. The first is of traces alone. */
const TRACES_VARIABLE = 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT';
const BASE_VARIABLES = ['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_ENDPOINT'];
const PROTOCOL_VARIABLES = ['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL', 'OTEL_EXPORTER_OTLP_PROTOCOL'];
const HEADER_VARIABLES = ['OTEL_EXPORTER_OTLP_TRACES_HEADERS', 'OTEL_EXPORTER_OTLP_HEADERS', 'OTEL_HEADERS'];

/** The file first, then the variables that every OpenTelemetry SDK reads. A wrong address becomes a problem of the draft. */
export function readTelemetry(draft: Draft, environment: Environment): TelemetrySettings {
  const openMetrics = draft.telemetry?.openMetrics ?? false;
  const variable = (names: string[]) => names.find((name) => environment[name]?.trim());
  const says = (name: string, word: string) => environment[name]?.trim().toLowerCase() === word;
  if (says('OTEL_SDK_DISABLED', 'true') || says('OTEL_TRACES_EXPORTER', 'none')) return { openMetrics };
  const base = variable(BASE_VARIABLES);
  const own = environment[TRACES_VARIABLE]?.trim();
  const [endpoint, origin] =
    draft.telemetry?.endpoint !== undefined
      ? [tracesOf(draft.telemetry.endpoint), draft.origins['telemetry.traces'] ?? 'telemetry.otlp.endpoint']
      : own !== undefined && own !== ''
        ? [own, TRACES_VARIABLE]
        : base === undefined
          ? [undefined, '']
          : [tracesOf(environment[base]!.trim()), base];
  if (endpoint === undefined) return { openMetrics };
  if (!/^https?:$/.test(protocolOf(endpoint))) {
    draft.problems.push({
      path: origin,
      message: 'is no address of a collector. Write it like http://collector:4318.',
    });
    return { openMetrics };
  }
  draft.origins['telemetry.traces'] ??= origin;
  const protocolVariable = variable(PROTOCOL_VARIABLES);
  if (protocolVariable !== undefined && says(protocolVariable, 'grpc')) {
    const message = 'is grpc, but traces are sent over HTTP: name the collector’s port for that, 4318 as a rule.';
    draft.notes.push({ severity: 'warning', path: protocolVariable, message });
  }
  const headerVariable = variable(HEADER_VARIABLES);
  const headers =
    draft.telemetry?.headers ?? readHeaders(headerVariable === undefined ? '' : environment[headerVariable]!);
  const named = environment['OTEL_SERVICE_NAME']?.trim();
  const attributes = readPairs(environment['OTEL_RESOURCE_ATTRIBUTES'] ?? '');
  const serviceName = named || (attributes['service.name'] ?? 'couloir');
  return { openMetrics, traces: { url: endpoint, headers, serviceName } };
}

function tracesOf(base: string): string {
  return /\/v1\/traces\/?$/.test(base) ? base : `${base.replace(/\/+$/, '')}/v1/traces`;
}

function protocolOf(url: string): string {
  return URL.canParse(url) ? new URL(url).protocol : '';
}

function readHeaders(text: string): Record<string, Secret> {
  return Object.fromEntries(Object.entries(readPairs(text)).map(([name, value]) => [name, new Secret(value)]));
}

/** `name=value,other=value`, with values URL-encoded. */
function readPairs(text: string): Record<string, string> {
  const pairs = text.split(',').flatMap((pair): [string, string][] => {
    const [, name, value] = /^\s*([^=\s]+)\s*=(.*)$/.exec(pair) ?? [];
    return name === undefined ? [] : [[name.toLowerCase(), decode(value!.trim())]];
  });
  return Object.fromEntries(pairs);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
