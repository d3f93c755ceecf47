import type { ReactNode } from 'react';

/** Nothing to show, and what would change that. */
export function Empty({ children }: { children: ReactNode }) {
  return <div className="message">{children}</div>;
}
