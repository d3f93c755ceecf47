import type { Exchange } from './exchange.ts';

/** What there is to know of an exchange when it is over. */
export type Ended = Pick<
  Exchange,
  'requestId' | 'path' | 'headers' | 'caller' | 'body' | 'receivedAtMs' | 'receivedAtMicros' | 'record' | 'trace'
> & { dialect: { name: string }; head?: Pick<NonNullable<Exchange['head']>, 'model' | 'stream'> };
