import {
  ADMIN_ROUTES,
  type ErrorEnvelope,
  type Exchange,
  type ExchangePage,
  type ExchangesQuery,
  type ModelList,
  type Status,
  type Usage,
  type UsageQuery,
} from './contract.ts';
import { CouloirApiError, CouloirConnectionError, CouloirKeyError } from './errors.ts';

export interface CouloirAdminOptions {
  /** Where the gateway listens: `http://127.0.0.1:4000`. A path before `/admin` stays, a `/v1` at the end does not matter. */
  baseUrl: string;
  /** The gateway's master key. */
  key: string;
  /** Instead of the global one. */
  fetch?: typeof globalThis.fetch;
  /** For each call; 30 seconds unless said. */
  timeoutMs?: number;
}

export interface CallOptions {
  signal?: AbortSignal | undefined;
}

/**
 * Reads what a gateway does. Every method throws `CouloirKeyError` for a wrong key, `CouloirApiError` for any other
 * refusal, `CouloirConnectionError` when no gateway answers, and the signal's reason when it was aborted.
 */
export class CouloirAdmin {
  readonly #base: string;
  readonly #key: string;
  readonly #fetch: typeof globalThis.fetch;
  readonly #timeoutMs: number;

  /** @throws TypeError when `baseUrl` is no http(s) URL */
  constructor({ baseUrl, key, fetch = globalThis.fetch.bind(globalThis), timeoutMs = 30_000 }: CouloirAdminOptions) {
    const { protocol, origin, pathname } = new URL(baseUrl);
    if (protocol !== 'http:' && protocol !== 'https:') throw new TypeError(`"${baseUrl}" is no http(s) URL.`);
    this.#base = `${origin}${pathname.replace(/\/+$/, '').replace(/\/v1$/, '')}`;
    this.#key = key;
    this.#fetch = fetch;
    this.#timeoutMs = timeoutMs;
  }

  /** Version, uptime, accounts, and the deployments with their state. */
  status(options?: CallOptions): Promise<Status> {
    return this.#get(ADMIN_ROUTES.status, {}, options);
  }

  /** What clients can ask for. */
  models(options?: CallOptions): Promise<ModelList> {
    return this.#get(ADMIN_ROUTES.models, {}, options);
  }

  /** A page of the requests on record, newest first. */
  exchanges({ limit, before, model, outcome }: ExchangesQuery = {}, options?: CallOptions): Promise<ExchangePage> {
    return this.#get(ADMIN_ROUTES.exchanges, { limit, before, model, outcome }, options);
  }

  /** One of them, by the `x-couloir-request-id` of its answer. It is on record a moment after the answer has ended. */
  exchange(requestId: string, options?: CallOptions): Promise<Exchange> {
    return this.#get(ADMIN_ROUTES.exchange.replace(':id', encodeURIComponent(requestId)), {}, options);
  }

  /** Sums of requests, tokens and spend. */
  usage({ since, by }: UsageQuery = {}, options?: CallOptions): Promise<Usage> {
    return this.#get(ADMIN_ROUTES.usage, { since, by }, options);
  }

  async #get<Answer>(
    path: string,
    query: Record<string, string | number | undefined>,
    { signal }: CallOptions = {},
  ): Promise<Answer> {
    const given = Object.entries(query).filter(([, value]) => value !== undefined);
    const search = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
    const timeout = AbortSignal.timeout(this.#timeoutMs);
    try {
      const response = await this.#fetch(`${this.#base}${path}${search === '' ? '' : `?${search}`}`, {
        headers: { authorization: `Bearer ${this.#key}`, accept: 'application/json' },
        signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
      });
      const body = readJson(await response.text());
      if (!response.ok) throw apiError(response.status, body);
      if (body === undefined) throw new CouloirConnectionError(`What answers at ${this.#base} is not Couloir.`);
      return body as Answer;
    } catch (cause) {
      if (cause instanceof CouloirApiError || cause instanceof CouloirConnectionError) throw cause;
      signal?.throwIfAborted();
      throw new CouloirConnectionError(
        timeout.aborted
          ? `No answer from ${this.#base} within ${this.#timeoutMs / 1000} seconds.`
          : `Nothing answers at ${this.#base}. Is the gateway running?`,
        cause,
      );
    }
  }
}

function apiError(status: number, body: unknown): CouloirApiError {
  const detail = isEnvelope(body) ? body.error : undefined;
  const message = detail?.message ?? `The answer was HTTP ${status}, without a reason.`;
  return status === 401
    ? new CouloirKeyError(status, message, detail ?? {})
    : new CouloirApiError(status, message, detail ?? {});
}

function isEnvelope(body: unknown): body is ErrorEnvelope {
  if (typeof body !== 'object' || body === null || !('error' in body)) return false;
  const { error } = body;
  return typeof error === 'object' && error !== null && 'message' in error && typeof error.message === 'string';
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
