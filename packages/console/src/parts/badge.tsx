import type { ReactNode } from 'react';

export type Tone = 'good' | 'warn' | 'bad' | 'plain';

export function Badge({ tone, children }: { tone: Tone; children: ReactNode }) {
  return <span className={`badge ${tone}`}>{children}</span>;
}

/** `ok`, or the kind of the error. A client that left is nobody's failure. */
export function Outcome({ outcome }: { outcome: string }) {
  return <Badge tone={outcome === 'ok' ? 'good' : outcome === 'client-left' ? 'warn' : 'bad'}>{outcome}</Badge>;
}
