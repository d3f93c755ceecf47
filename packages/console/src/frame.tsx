import { type ComponentType, useEffect, useRef } from 'react';
import { useStatus } from './admin.ts';
import { routeTo, useRoute } from './hash-route.ts';
import { Deployments } from './pages/deployments.tsx';
import { Models } from './pages/models.tsx';
import { Overview } from './pages/overview.tsx';
import { Request } from './pages/request.tsx';
import { Requests } from './pages/requests.tsx';
import { Usage } from './pages/usage.tsx';
import { Badge } from './parts/badge.tsx';

const PAGES: readonly { page: string; title: string; Page: ComponentType }[] = [
  { page: 'overview', title: 'Overview', Page: Overview },
  { page: 'models', title: 'Models', Page: Models },
  { page: 'deployments', title: 'Deployments', Page: Deployments },
  { page: 'requests', title: 'Requests', Page: Requests },
  { page: 'usage', title: 'Usage', Page: Usage },
];

/** What surrounds every page: the name, the way to the others, and whether the gateway is up. */
export function Frame({ onSignOut }: { onSignOut: () => void }) {
  const { page, id } = useRoute();
  const shown = PAGES.find((candidate) => candidate.page === page) ?? PAGES[0]!;
  const heading = useRef<HTMLHeadingElement>(null);
  const isFirst = useRef(true);
  const title = id === undefined ? shown.title : 'Request';

  useEffect(() => {
    document.title = `${title} · Couloir`;
    // A new page begins at its heading, for those who hear it too; the first one at the top of the document.
    if (!isFirst.current) heading.current?.focus();
    isFirst.current = false;
  }, [title, id]);

  return (
    <>
      <a className="skip" href="#main" onClick={(event) => skipTo(event, heading.current)}>
        Skip to content
      </a>
      <header className="top">
        <span className="name">Couloir</span>
        <nav aria-label="Pages">
          {PAGES.map((entry) => (
            <a key={entry.page} href={routeTo(entry.page)} aria-current={entry === shown ? 'page' : undefined}>
              {entry.title}
            </a>
          ))}
        </nav>
        <GatewayState />
        <button type="button" className="quiet" onClick={onSignOut}>
          Sign out
        </button>
      </header>
      <main id="main">
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {id !== undefined && shown.page === 'requests' ? <Request key={id} requestId={id} /> : <shown.Page />}
      </main>
    </>
  );
}

function GatewayState() {
  const { data, isError } = useStatus();
  if (isError) return <Badge tone="bad">no answer</Badge>;
  if (data === undefined) return <span />;
  return (
    <Badge tone={data.state === 'ready' && !data.sandbox ? 'good' : 'warn'}>
      {data.sandbox ? `sandbox, ${data.state}` : data.state}
    </Badge>
  );
}

/** The hash is the route here, so a link into the page must not change it. */
function skipTo(event: { preventDefault: () => void }, heading: HTMLHeadingElement | null): void {
  event.preventDefault();
  heading?.focus();
}
