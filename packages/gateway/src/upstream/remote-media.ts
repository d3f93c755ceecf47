import { lookup as resolveName } from 'node:dns';
import type { LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';
import { GatewayError } from '../errors/error.ts';
import type { Clock } from '../kit/clock.ts';
import { readWhole } from '../kit/pump.ts';
import { createTransport, type UpstreamReply } from './transport.ts';

export interface InlineImage {
  mime: string;
  base64: string;
}

/** Fetches one image for a request. @throws GatewayError `invalid-request` with the reason */
export type FetchImage = (url: string, signal: AbortSignal) => Promise<InlineImage>;

const LONGEST_FETCH_MS = 15_000;
const MOST_REDIRECTS = 3;
/** Anthropic and OpenAI refuse larger images; Cortex takes 20 MiB for the whole request. */
const MOST_BYTES = 10 * 1024 * 1024;
const IMAGE_TYPES = new Set(['image/jpeg', 'image/png', 'image/gif', 'image/webp']);

interface RemoteMediaOptions {
  /** Which addresses may be connected to. */
  isAllowed?: (address: string) => boolean;
  /** Extra certificate authority, PEM. */
  ca?: string;
}

/**
 * A fetcher that cannot be used to look into the operator's network: https only, and the address that is
 * connected to is the address that was vetted (the check sits in the connection's own name lookup), on
 * every redirect too.
 */
export function createRemoteMedia(
  clock: Clock,
  options: RemoteMediaOptions = {},
): { fetchImage: FetchImage; close(): Promise<void> } {
  const isAllowed = options.isAllowed ?? isPublicAddress;
  const transport = createTransport({
    lookup: vettedLookup(isAllowed),
    ...(options.ca === undefined ? {} : { ca: options.ca }),
  });
  return {
    close: () => transport.close(),
    async fetchImage(url, signal) {
      const deadline = new AbortController();
      const cancel = clock.after(LONGEST_FETCH_MS, () =>
        deadline.abort(refused(url, 'it could not be fetched in time')),
      );
      const either = AbortSignal.any([signal, deadline.signal]);
      try {
        return await follow(url, either);
      } catch (cause) {
        signal.throwIfAborted();
        throw cause instanceof GatewayError && cause.kind === 'invalid-request'
          ? cause
          : refused(url, reasonOf(cause), cause);
      } finally {
        cancel();
      }
    },
  };

  async function follow(url: string, signal: AbortSignal): Promise<InlineImage> {
    let target = vetUrl(url, url, isAllowed);
    for (let redirects = 0; ; redirects += 1) {
      const reply = await transport.call({
        method: 'GET',
        url: target.href,
        headers: { accept: 'image/*' },
        signal,
        firstByteMs: LONGEST_FETCH_MS,
        idleMs: LONGEST_FETCH_MS,
      });
      const location = reply.headers.location;
      if (reply.status < 300 || reply.status >= 400 || typeof location !== 'string')
        return readImage(reply, url, signal);
      reply.body.destroy();
      if (redirects === MOST_REDIRECTS) throw refused(url, `it redirects more than ${MOST_REDIRECTS} times`);
      target = vetUrl(new URL(location, target).href, url, isAllowed);
    }
  }
}

async function readImage(reply: UpstreamReply, url: string, signal: AbortSignal): Promise<InlineImage> {
  const type = String(reply.headers['content-type'] ?? '')
    .split(';')[0]!
    .trim()
    .toLowerCase();
  const stop = (why: string) => {
    reply.body.destroy();
    return refused(url, why);
  };
  if (reply.status !== 200) throw stop(`its server answered HTTP ${reply.status}`);
  if (!IMAGE_TYPES.has(type))
    throw stop(`it is ${type === '' ? 'of no stated type' : type}, not one of ${[...IMAGE_TYPES].join(', ')}`);
  const bytes = await readWhole(reply.body, MOST_BYTES, signal);
  if (bytes.length > MOST_BYTES) throw refused(url, `it is larger than ${MOST_BYTES / 1024 / 1024} MiB`);
  return { mime: type, base64: bytes.toString('base64') };
}

/** Literal addresses never reach the lookup, so they are vetted here. */
function vetUrl(url: string, asked: string, isAllowed: (address: string) => boolean): URL {
  const target = URL.parse(url);
  if (target === null) throw refused(asked, 'it is not a valid URL');
  if (target.protocol !== 'https:') throw refused(asked, 'only https:// and data: URLs are taken');
  if (target.username !== '' || target.password !== '') throw refused(asked, 'it carries a user name or password');
  const host = target.hostname.replace(/^\[|\]$/g, '');
  if (ipaddr.isValid(host) && !isAllowed(host)) throw refused(asked, 'it points into a private network');
  return target;
}

function vettedLookup(isAllowed: (address: string) => boolean): LookupFunction {
  return (hostname, options, callback) => {
    resolveName(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return callback(error, []);
      const forbidden = addresses.find(({ address }) => !isAllowed(address));
      const first = addresses[0];
      if (forbidden !== undefined || first === undefined) {
        return callback(new GatewayError('invalid-request', 'it points into a private network'), []);
      }
      return options.all === true ? callback(null, addresses) : callback(null, first.address, first.family);
    });
  };
}

function reasonOf(cause: unknown): string {
  return cause instanceof GatewayError ? cause.publicMessage.replace(/\.$/, '') : 'its transfer broke off';
}

function isPublicAddress(address: string): boolean {
  // `process` turns IPv4-mapped IPv6 into IPv4, so that ::ffff:10.0.0.1 is seen for what it is.
  return ipaddr.process(address).range() === 'unicast';
}

function refused(url: string, why: string, cause?: unknown): GatewayError {
  // Neither the client nor the log is told what of an address may be a secret.
  const shown = url
    .split(/[?#]/)[0]!
    .replace(/\/\/[^/]*@/, '//')
    .slice(0, 120);
  return new GatewayError(
    'invalid-request',
    `The image ${shown} cannot be used: ${why}. Send it as a data: URL instead.`,
    {
      param: 'image_url',
      ...(cause === undefined ? {} : { cause }),
    },
  );
}
