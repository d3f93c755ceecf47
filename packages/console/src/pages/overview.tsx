import type { Status, Usage } from '@couloir/sdk';
import { useSession, useStatus, useUsage } from '../admin.ts';
import { compact, counted, dollars, duration, share, whole } from '../format.ts';
import { routeTo } from '../hash-route.ts';
import { hoursOf } from '../hours.ts';
import { Bars } from '../parts/bars.tsx';
import { CopyField } from '../parts/copy-field.tsx';
import { Loaded } from '../parts/loaded.tsx';
import { UsageNotes } from '../parts/usage-notes.tsx';
import { gatewayUrl, isPublicHttps } from '../place.ts';

export function Overview() {
  const status = useStatus();
  const usage = useUsage('24h', 'hour');
  return (
    <>
      <Loaded query={status}>
        {(data) => (
          <>
            {data.sandbox && <SandboxBanner />}
            <Now status={data} />
          </>
        )}
      </Loaded>
      <section aria-labelledby="last-day">
        <h2 id="last-day">Last 24 hours</h2>
        <Loaded query={usage}>{(data) => <LastDay usage={data} />}</Loaded>
      </section>
      {status.data !== undefined && <ConnectCursor status={status.data} />}
    </>
  );
}

function SandboxBanner() {
  return (
    <div className="message warn" role="note">
      <p>
        <strong>Sandbox: answers are simulated.</strong> No Snowflake account is configured, so the gateway answers from
        a simulated Cortex. For the real one set <code>SNOWFLAKE_ACCOUNT</code> and <code>SNOWFLAKE_PAT</code> and start
        it again.
      </p>
    </div>
  );
}

function Now({ status }: { status: Status }) {
  const { state, version, uptimeSeconds, deployments, accounts, inFlight, queued } = status;
  const models = new Set(deployments.map(({ model }) => model)).size;
  const cooling = deployments.filter((deployment) => deployment.state !== 'ready').length;
  const places = accounts.map(({ origin }) => new URL(origin).host).join(', ');
  return (
    <p className="now">
      {state === 'ready' ? 'Up' : 'Shutting down; up'} for {duration(uptimeSeconds)}, version {version}. Serves{' '}
      <a href={routeTo('models')}>{counted(models, 'model')}</a> through{' '}
      <a href={routeTo('deployments')}>{counted(deployments.length, 'deployment')}</a>
      {cooling > 0 && ` (${whole(cooling)} cooling down)`} at {places === '' ? 'no account' : places}.{' '}
      {counted(inFlight, 'request')} under way{queued > 0 && `, ${whole(queued)} waiting for room`}.
    </p>
  );
}

function LastDay({ usage }: { usage: Usage }) {
  const { total } = usage;
  const tokens = total.input + total.cacheRead + total.cacheWrite + total.output;
  const bars = hoursOf(usage).map(({ label, sum }) => ({
    label,
    value: sum?.exchanges ?? 0,
    failed: sum?.failed ?? 0,
    text: `${counted(sum?.exchanges ?? 0, 'request')}${sum === undefined || sum.failed === 0 ? '' : `, ${whole(sum.failed)} failed`}`,
  }));
  return (
    <>
      <dl className="tiles">
        <Tile name="Requests" value={whole(total.exchanges)} more={`${whole(total.failed)} failed`} />
        <Tile name="Error rate" value={share(total.failed, total.exchanges)} more="of requests" />
        <Tile name="Tokens" value={compact(tokens)} more={`${compact(total.output)} of them output`} />
        <Tile name="Spend" value={dollars(total.costUsd)} more="by the price list" />
      </dl>
      {total.exchanges === 0 ? (
        <p className="hint">No request in this time. Connect a client, and it shows up here.</p>
      ) : (
        <Bars bars={bars} title="Requests per hour" />
      )}
      <UsageNotes total={total} />
    </>
  );
}

function Tile({ name, value, more }: { name: string; value: string; more: string }) {
  return (
    <div className="tile">
      <dt>{name}</dt>
      <dd>
        <strong>{value}</strong>
        <span>{more}</span>
      </dd>
    </div>
  );
}

function ConnectCursor({ status }: { status: Status }) {
  const { key } = useSession();
  const url = gatewayUrl();
  return (
    <section aria-labelledby="connect">
      <h2 id="connect">Connect Cursor</h2>
      <p className="hint">In Cursor, Settings, Models:</p>
      <CopyField label="Override OpenAI Base URL" value={`${url}/v1`} />
      <CopyField label="OpenAI API Key" value={key} isSecret />
      {status.cursorModel !== null && <CopyField label="Model name" value={status.cursorModel} />}
      {!isPublicHttps(url) && (
        <p className="hint">
          Cursor’s servers make the calls, not your machine: they reach a public HTTPS address only. Other clients on
          this machine can use the address above as it is; those of Anthropic take it without <code>/v1</code>.
        </p>
      )}
    </section>
  );
}
