/** Our own configuration file, `couloir.yaml`. docs/configuration.md describes each key for people. */
import { z } from 'zod';
import type { Json, JsonObject } from '../../ir/json.ts';
import { isObject } from '../../ir/json.ts';
import { FAILURE_CLASSES, LOG_LEVELS, MOST_WORKERS } from '../defaults.ts';
import { accountSchema } from './account-schema.ts';

/** `90`, `90s`, `10m`, `1.5h` or `500ms`; a bare number is seconds. Read as milliseconds. */
const duration = z
  .union([z.number(), z.string()], 'expected a duration like 90s, 10m or 500ms')
  .transform((value, context) => {
    const [, amount, unit] = /^\s*(\d+(?:\.\d+)?)\s*(ms|s|m|h)?\s*$/.exec(String(value)) ?? [];
    const ms = Number(amount) * { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }[unit ?? 's']!;
    if (ms > 0 && ms <= 2_147_483_647) return Math.round(ms);
    context.addIssue('expected a duration like 90s, 10m or 500ms, more than 0 and at most 24 days');
    return z.NEVER;
  });

/** A value that came out of a variable is text: `port: ${PORT}` means the number. */
const fromText = (value: unknown) =>
  typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value)
    ? Number(value)
    : value === 'true'
      ? true
      : value === 'false'
        ? false
        : value;

const number = (schema: z.ZodNumber) => z.preprocess(fromText, schema);
const flag = z.preprocess(fromText, z.boolean());
const text = z.string().min(1, 'must not be empty');
const headerName = z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'is not a header name');
const headerValue = z.string().regex(/^[\t\x20-\x7e]*$/, 'has a character that no header may carry');
const json: z.ZodType<Json> = z.json();

const timeouts = z.strictObject({
  connect: duration.optional(),
  total: duration.optional(),
  first_byte: duration.optional(),
  idle: duration.optional(),
});

const count = number(z.number().int().min(0));
const positiveCount = number(z.number().int().positive());
const workers = number(z.number().int().min(1).max(MOST_WORKERS));
const names = z.array(text);
const fallbacks = z.record(z.string(), names);
const byFailure = z.partialRecord(z.enum(FAILURE_CLASSES), count);

/** How one of several deployments is chosen, and what happens when it fails. */
const routing = z.strictObject({
  strategy: z.enum(['simple-shuffle', 'least-busy', 'latency-based', 'usage-based', 'cost-based']).optional(),
  session_affinity: flag.optional(),
  fallbacks: fallbacks.optional(),
  default_fallbacks: names.optional(),
  context_window_fallbacks: fallbacks.optional(),
  content_policy_fallbacks: fallbacks.optional(),
  max_fallbacks: count.optional(),
  context_checks: flag.optional(),
  tag_filtering: flag.optional(),
  tag_match: z.enum(['any', 'all']).optional(),
  cooldown: z
    .strictObject({
      enabled: flag.optional(),
      time: duration.optional(),
      allowed_fails: count.optional(),
      allowed_fails_policy: byFailure.optional(),
    })
    .optional(),
  retry_policy: byFailure.optional(),
  model_retry_policy: z.record(z.string(), byFailure).optional(),
  hedge_after: duration.optional(),
});

/** Waiting for room in Cortex's rate limits. */
const pacing = z.strictObject({
  enabled: flag.optional(),
  max_wait: duration.optional(),
  max_queue: count.optional(),
});

/** How much is taken on at once. */
const limits = z.strictObject({
  max_running: positiveCount.optional(),
  max_queued: count.optional(),
  max_running_per_key: positiveCount.optional(),
  queue_wait: duration.optional(),
  max_memory_mb: positiveCount.optional(),
});

const telemetry = z.strictObject({
  /** `/metrics` without a key. */
  open_metrics: flag.optional(),
  otlp: z.strictObject({ endpoint: text, headers: z.record(headerName, headerValue).optional() }).optional(),
});

const rate = number(z.number().min(0)).optional();
const cortexApi = z.enum(['chat-completions', 'messages', 'complete']).optional();

const model = z.strictObject({
  /** The public name clients ask for. */
  name: text,
  /** A name under `accounts`; may be left away when there is one. */
  account: text.optional(),
  provider: z.enum(['cortex', 'openai', 'anthropic']).optional(),
  /** The upstream's name; `name` when absent. */
  model: text.optional(),
  api_base: text.optional(),
  /** The key of another provider. */
  api_key: text.optional(),
  /** Which Cortex API to speak; chosen by model family when absent. */
  api: cortexApi,
  /** The same under the name it has in LiteLLM's files. */
  cortex_api: cortexApi,
  weight: number(z.number().positive()).optional(),
  order: number(z.number().int()).optional(),
  /** Requests and tokens a minute that Snowflake grants, where they are not the catalogue's. */
  rpm: positiveCount.optional(),
  tpm: positiveCount.optional(),
  /** Requests that may be on their way to it at the same time. */
  max_parallel: positiveCount.optional(),
  tags: names.optional(),
  timeouts: timeouts.optional(),
  retries: number(z.number().int().min(0).max(10)).optional(),
  drop_params: flag.optional(),
  prompt_caching: z.enum(['auto', 'off']).optional(),
  /** Body fields used where the client sent none. */
  defaults: z.record(z.string(), json).optional(),
  headers: z.record(headerName, headerValue).optional(),
  /** US dollars per million tokens. */
  price: z
    .strictObject({
      input_per_million: rate,
      output_per_million: rate,
      cache_read_per_million: rate,
      cache_write_per_million: rate,
    })
    .optional(),
  context_window: number(z.number().int().positive()).optional(),
  max_output_tokens: number(z.number().int().positive()).optional(),
});

export const configSchema = z.strictObject({
  server: z
    .strictObject({
      host: text.optional(),
      port: number(z.number().int().min(0).max(65_535)).optional(),
      tls: z.strictObject({ key: text, cert: text }).optional(),
      drain_delay: duration.optional(),
      drain_timeout: duration.optional(),
      workers: workers.optional(),
      headers_timeout: duration.optional(),
      request_timeout: duration.optional(),
      keep_alive: duration.optional(),
      max_connections: positiveCount.optional(),
    })
    .optional(),
  master_key: z.string().min(8, 'must have at least 8 characters').optional(),
  accounts: z.record(z.string(), accountSchema).optional(),
  /** Absent: every model of the catalogue, from the one account. */
  models: z.array(model).min(1, 'must list at least one model').optional(),
  aliases: z.record(z.string(), z.union([text, z.strictObject({ model: text, hidden: flag.optional() })])).optional(),
  drop_params: flag.optional(),
  retries: number(z.number().int().min(0).max(10)).optional(),
  timeouts: timeouts.optional(),
  routing: routing.optional(),
  pacing: pacing.optional(),
  limits: limits.optional(),
  telemetry: telemetry.optional(),
  mends: z.strictObject({ disable: z.array(text) }).optional(),
  log: z.strictObject({ level: z.enum(LOG_LEVELS) }).optional(),
});

export type CouloirConfig = z.output<typeof configSchema>;
export type ModelConfig = z.output<typeof model>;

/** The keys a mapping at `path` may have; empty where any may stand. For suggestions. */
export function keysAt(path: readonly PropertyKey[]): string[] {
  let schema: unknown = configSchema;
  for (const step of path) {
    const inner = unwrap(schema);
    if (inner instanceof z.ZodObject) schema = inner.shape[String(step)];
    else if (inner instanceof z.ZodArray) schema = inner.element;
    else if (inner instanceof z.ZodRecord) schema = inner.valueType;
    else return [];
  }
  const inner = unwrap(schema);
  return inner instanceof z.ZodObject ? Object.keys(inner.shape) : [];
}

function unwrap(schema: unknown): unknown {
  if (schema instanceof z.ZodOptional) return unwrap(schema.unwrap());
  if (schema instanceof z.ZodUnion)
    return schema.options.map(unwrap).find((option) => option instanceof z.ZodObject) ?? schema;
  return schema;
}

/** The value at a path of the file, for error texts. */
export function valueAt(root: JsonObject, path: readonly PropertyKey[]): Json | undefined {
  let value: Json | undefined = root;
  for (const step of path) {
    if (Array.isArray(value)) value = value[Number(step)];
    else if (isObject(value)) value = value[String(step)];
    else return undefined;
  }
  return value;
}
