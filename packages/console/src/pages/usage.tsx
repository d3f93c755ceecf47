import type { Usage as UsageReport, UsageSum } from '@couloir/sdk';
import { useState } from 'react';
import { useUsage } from '../admin.ts';
import { counted, dollars, share, whole } from '../format.ts';
import { daysOf } from '../hours.ts';
import { Bars } from '../parts/bars.tsx';
import { Empty } from '../parts/empty.tsx';
import { Loaded } from '../parts/loaded.tsx';
import { UsageNotes } from '../parts/usage-notes.tsx';

const PERIODS = [
  { since: '24h', text: 'last 24 hours' },
  { since: '7d', text: 'last 7 days' },
  { since: '30d', text: 'last 30 days' },
  { since: '90d', text: 'last 90 days' },
] as const;

export function Usage() {
  const [since, setSince] = useState<string>('7d');
  const byModel = useUsage(since, 'model');
  const byDay = useUsage(since, 'day');
  const isNothing = byModel.data?.total.exchanges === 0;
  return (
    <>
      <p className="hint">
        The same sums as <code>couloir usage</code>, which can also compare them with Snowflake’s own view.
      </p>
      <div className="filters">
        <label>
          Period
          <select value={since} onChange={(event) => setSince(event.target.value)}>
            {PERIODS.map((period) => (
              <option key={period.since} value={period.since}>
                {period.text}
              </option>
            ))}
          </select>
        </label>
      </div>
      {isNothing ? (
        <Empty>No request is on record for this time. Choose a longer period, or send one.</Empty>
      ) : (
        <>
          <section aria-labelledby="by-model">
            <h2 id="by-model">By model</h2>
            <Loaded query={byModel}>
              {({ groups, total }) => (
                <>
                  <SumTable title="Model" groups={groups} total={total} />
                  <UsageNotes total={total} />
                </>
              )}
            </Loaded>
          </section>
          <section aria-labelledby="by-day">
            <h2 id="by-day">By day</h2>
            <Loaded query={byDay}>
              {(usage) => (
                <>
                  <Bars bars={spendByDay(usage)} title="Spend per day" />
                  <SumTable title="Day (UTC)" groups={usage.groups.toReversed()} total={usage.total} />
                </>
              )}
            </Loaded>
          </section>
        </>
      )}
    </>
  );
}

function spendByDay(usage: UsageReport) {
  return daysOf(usage).map(({ label, sum }) => ({
    label,
    value: sum?.costUsd ?? 0,
    failed: 0,
    text: `${dollars(sum?.costUsd ?? 0)}, ${counted(sum?.exchanges ?? 0, 'request')}`,
  }));
}

function SumTable({ title, groups, total }: { title: string; groups: readonly UsageSum[]; total: UsageSum }) {
  return (
    <div className="table" role="region" aria-label={`Usage by ${title}`} tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">{title}</th>
            {['Requests', 'Failed', 'Error rate', 'Input', 'Cache read', 'Cache write', 'Output', 'Spend'].map(
              (name) => (
                <th key={name} scope="col" className="number">
                  {name}
                </th>
              ),
            )}
          </tr>
        </thead>
        <tbody>
          {groups.map((sum) => (
            <SumRow key={sum.name} sum={sum} />
          ))}
        </tbody>
        <tfoot>
          <SumRow sum={total} />
        </tfoot>
      </table>
    </div>
  );
}

function SumRow({ sum }: { sum: UsageSum }) {
  return (
    <tr>
      <th scope="row">{sum.name}</th>
      <td className="number">{whole(sum.exchanges)}</td>
      <td className="number">{whole(sum.failed)}</td>
      <td className="number">{share(sum.failed, sum.exchanges)}</td>
      <td className="number">{whole(sum.input)}</td>
      <td className="number">{whole(sum.cacheRead)}</td>
      <td className="number">{whole(sum.cacheWrite)}</td>
      <td className="number">{whole(sum.output)}</td>
      <td className="number">{dollars(sum.costUsd)}</td>
    </tr>
  );
}
