import type { Deployment, Lane } from '@couloir/sdk';
import { useStatus } from '../admin.ts';
import { milliseconds, moment, whole } from '../format.ts';
import { Badge } from '../parts/badge.tsx';
import { Empty } from '../parts/empty.tsx';
import { Loaded } from '../parts/loaded.tsx';
import { protocolName } from '../words.ts';

const LANES: readonly Lane[] = ['verbatim', 'mended', 'translated'];

export function Deployments() {
  const query = useStatus();
  return (
    <>
      <p className="hint">
        Each place that serves a model. Deployments of one model share its load by weight; those of a lower order come
        first. The lane says how a client’s protocol goes through: its bytes kept, its JSON mended, or translated.
      </p>
      <Loaded query={query}>
        {({ deployments }) =>
          deployments.length === 0 ? (
            <Empty>No deployment is configured. Add one under “models” in couloir.yaml.</Empty>
          ) : (
            <DeploymentTable deployments={deployments} />
          )
        }
      </Loaded>
    </>
  );
}

function DeploymentTable({ deployments }: { deployments: readonly Deployment[] }) {
  return (
    <div className="table" role="region" aria-label="Deployments" tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">Model</th>
            <th scope="col">State</th>
            <th scope="col" className="number">
              Under way
            </th>
            <th scope="col" className="number">
              First content
            </th>
            <th scope="col">Account</th>
            <th scope="col">API</th>
            <th scope="col">Lanes</th>
            <th scope="col" className="number">
              Order
            </th>
            <th scope="col" className="number">
              Weight
            </th>
          </tr>
        </thead>
        <tbody>
          {deployments.toSorted(byTrouble).map((deployment) => (
            <tr key={deployment.id}>
              <th scope="row">
                {deployment.model}
                {deployment.upstreamModel !== deployment.model && <small>serves {deployment.upstreamModel}</small>}
              </th>
              <td>
                <State deployment={deployment} />
              </td>
              <td className="number">
                {whole(deployment.inFlight)}
                {deployment.queued > 0 && <small>{whole(deployment.queued)} waiting</small>}
              </td>
              <td className="number">{milliseconds(rounded(deployment.firstContentMs))}</td>
              <td>{new URL(deployment.origin).host}</td>
              <td>{protocolName(deployment.upstreamApi)}</td>
              <td className="lanes">
                <Lanes lanes={deployment.lanes} />
              </td>
              <td className="number">{deployment.order}</td>
              <td className="number">{deployment.weight}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Those that need a look first. */
function byTrouble(one: Deployment, other: Deployment): number {
  return Number(one.state === 'ready') - Number(other.state === 'ready');
}

function State({ deployment: { state, coolingUntil } }: { deployment: Deployment }) {
  if (state === 'ready') return <Badge tone="good">{state}</Badge>;
  return (
    <>
      <Badge tone="warn">{state}</Badge>
      {coolingUntil !== null && <small>tried last until {moment(coolingUntil)}</small>}
    </>
  );
}

function rounded(ms: number | null): number | null {
  return ms === null ? null : Math.round(ms);
}

/** The lanes that are in use, each with the protocols that take it. */
function Lanes({ lanes }: { lanes: Deployment['lanes'] }) {
  if (lanes === null) return 'none: vectors';
  const protocols = Object.entries(lanes);
  const used = LANES.filter((lane) => protocols.some(([, taken]) => taken === lane));
  return used.map((lane, index) => {
    const isLast = index === used.length - 1;
    const taking = protocols.filter(([, taken]) => taken === lane).map(([protocol]) => protocolName(protocol));
    return (
      <div key={lane}>
        <strong>{lane}</strong> {used.length === 1 ? 'all' : isLast ? 'all others' : taking.join(', ')}
      </div>
    );
  });
}
