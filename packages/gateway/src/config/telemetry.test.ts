import { describe, expect, it } from 'vitest';
import { Secret } from '../kit/secret.ts';
import { emptyDraft } from './draft.ts';
import { readTelemetry } from './telemetry.ts';

const read = (environment: Record<string, string>, telemetry: ReturnType<typeof emptyDraft>['telemetry'] = {}) => {
  const draft = { ...emptyDraft(), telemetry };
  const { traces } = readTelemetry(draft, environment);
  const headers = Object.fromEntries(
    Object.entries(traces?.headers ?? {}).map(([key, value]) => [key, value.reveal()]),
  );
  return { url: traces?.url, headers, serviceName: traces?.serviceName, ...draft };
};

describe('where traces go', () => {
  it.each<[Record<string, string>, string | undefined]>([
    [{}, undefined],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318' }, 'http://c:4318/v1/traces'],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: ' http://c:4318/otlp/ ' }, 'http://c:4318/otlp/v1/traces'],
    [{ OTEL_ENDPOINT: 'http://c:4318/v1/traces' }, 'http://c:4318/v1/traces'],
    [{ OTEL_ENDPOINT: 'http://llm:1', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:2' }, 'http://c:2/v1/traces'],
    [
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:2', OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://t:3/as-it-is' },
      'http://t:3/as-it-is',
    ],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:2', OTEL_SDK_DISABLED: 'TRUE' }, undefined],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:2', OTEL_TRACES_EXPORTER: 'none' }, undefined],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: '  ' }, undefined],
  ])('with %j it is %s', (environment, url) => {
    expect(read(environment)).toMatchObject({ url, problems: [] });
  });

  it('is what the file says before what the variables do', () => {
    const environment = { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://t:3', OTEL_EXPORTER_OTLP_HEADERS: 'a=1' };
    const telemetry = { endpoint: 'http://file:4318', headers: { b: new Secret('2') } };
    expect(read(environment, telemetry)).toMatchObject({ url: 'http://file:4318/v1/traces', headers: { b: '2' } });
  });

  it.each(['collector:4317', 'grpc://collector:4317', 'nonsense'])('%s is no address', (address) => {
    const { url, problems } = read({ OTEL_EXPORTER_OTLP_ENDPOINT: address });
    expect(url).toBeUndefined();
    expect(problems).toMatchObject([
      { path: 'OTEL_EXPORTER_OTLP_ENDPOINT', message: expect.stringContaining('no address of a collector') },
    ]);
  });
});

it('headers come from the most particular variable, decoded; what is no pair is left out', () => {
  const to = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:1' };
  expect(read({ ...to, OTEL_HEADERS: 'X-Key=a%20b , nonsense,empty=,odd=50%' }).headers).toEqual({
    'x-key': 'a b',
    empty: '',
    odd: '50%',
  });
  const both = { OTEL_EXPORTER_OTLP_HEADERS: 'a=1', OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'b=2' };
  expect(read({ ...to, ...both }).headers).toEqual({ b: '2' });
});

it('the service has the name that is said, in either way', () => {
  const to = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:1' };
  expect(read(to).serviceName).toBe('couloir');
  const attributes = { OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment=eu,service.name=gateway' };
  expect(read({ ...to, ...attributes }).serviceName).toBe('gateway');
  expect(read({ ...to, ...attributes, OTEL_SERVICE_NAME: 'own' }).serviceName).toBe('own');
});

it('a collector that is to be spoken to in gRPC is told about', () => {
  const { url, notes } = read({
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4317',
    OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
  });
  expect(url).toBe('http://c:4317/v1/traces');
  expect(notes).toMatchObject([{ severity: 'warning', path: 'OTEL_EXPORTER_OTLP_PROTOCOL' }]);
});
