import type { MetricFamily, MetricSeries } from './registry.ts';

/** The content type of the text below. */
export const EXPOSITION_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** Families in Prometheus's text format. */
export function writeExposition(families: readonly MetricFamily[]): string {
  return families.map(writeFamily).join('');
}

function writeFamily(family: MetricFamily): string {
  const { name, help, type, labels, bounds, series } = family;
  if (series.length === 0) return '';
  const lines = series.flatMap(({ values, value, buckets }) => {
    const own = labels.map((label, index) => [label, values[index]!] as const);
    if (buckets === undefined) return [`${name}${writeLabels(own)} ${value}`];
    let count = 0;
    const counted = buckets.map((bucket, index) => {
      count += bucket;
      const bound = index < bounds!.length ? String(bounds![index]) : '+Inf';
      return `${name}_bucket${writeLabels([...own, ['le', bound]])} ${count}`;
    });
    return [...counted, `${name}_sum${writeLabels(own)} ${value}`, `${name}_count${writeLabels(own)} ${count}`];
  });
  return `# HELP ${name} ${escapeHelp(help)}\n# TYPE ${name} ${type}\n${lines.join('\n')}\n`;
}

function writeLabels(labels: readonly (readonly [string, string])[]): string {
  if (labels.length === 0) return '';
  return `{${labels.map(([label, value]) => `${label}="${escape(value)}"`).join(',')}}`;
}

function escapeHelp(help: string): string {
  return help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

function escape(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

interface Sum {
  family: MetricFamily;
  series: Map<string, MetricSeries>;
}

/** What several processes read, as one: added up, but for what says otherwise of itself. */
export function addFamilies(readings: readonly (readonly MetricFamily[])[]): MetricFamily[] {
  const sums = new Map<string, Sum>();
  for (const family of readings.flat()) {
    const sum: Sum = sums.get(family.name) ?? { family: { ...family, series: [] }, series: new Map() };
    sums.set(family.name, sum);
    for (const one of family.series) {
      const key = one.values.join('\0');
      const before: MetricSeries | undefined = sum.series.get(key);
      sum.series.set(key, before === undefined ? one : join(before, one, family.across));
    }
  }
  return Array.from(sums.values(), ({ family, series }) => ({ ...family, series: [...series.values()] }));
}

const JOINS = {
  sum: (one: number, other: number) => one + other,
  largest: Math.max,
  smallest: Math.min,
};

function join(one: MetricSeries, other: MetricSeries, across: MetricFamily['across']): MetricSeries {
  return {
    values: one.values,
    value: JOINS[across ?? 'sum'](one.value, other.value),
    ...(one.buckets === undefined
      ? {}
      : { buckets: one.buckets.map((count, index) => count + (other.buckets?.[index] ?? 0)) }),
  };
}
