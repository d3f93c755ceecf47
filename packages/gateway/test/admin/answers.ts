// What the admin API answers, written down once more as schemas: contract.test.ts holds their types equal to the
// contract's, and api.test.ts holds the answers to them.
import { z } from 'zod';

const moment = z.iso.datetime();
const count = z.int().min(0);
const orNull = <Schema extends z.ZodType>(schema: Schema) => z.union([schema, z.null()]);

const provider = z.enum(['cortex', 'openai', 'anthropic']);
const lane = z.enum(['verbatim', 'mended', 'translated']);

const deployment = z.strictObject({
  id: z.string(),
  model: z.string(),
  provider,
  upstreamModel: z.string(),
  origin: z.string(),
  upstreamApi: z.enum(['anthropic-messages', 'openai-chat', 'cortex-complete', 'cortex-embed']),
  lanes: orNull(
    z.strictObject({
      'openai-chat': lane,
      'openai-responses': lane,
      'openai-completions': lane,
      'anthropic-messages': lane,
      cursor: lane,
    }),
  ),
  weight: z.number(),
  order: z.number(),
  state: z.enum(['ready', 'cooling-down', 'half-open']),
  coolingUntil: orNull(moment),
  inFlight: count,
  queued: count,
  firstContentMs: orNull(z.number()),
  requestsThisMinute: count,
  tokensThisMinute: count,
});

export const status = z.strictObject({
  version: z.string(),
  startedAt: moment,
  uptimeSeconds: count,
  state: z.enum(['ready', 'draining']),
  sandbox: z.boolean(),
  inFlight: count,
  queued: count,
  cursorModel: orNull(z.string()),
  accounts: z.array(z.strictObject({ provider, origin: z.url(), deployments: count })),
  deployments: z.array(deployment),
});

export const modelList = z.strictObject({
  models: z.array(
    z.strictObject({
      name: z.string(),
      aliases: z.array(z.string()),
      kind: z.enum(['chat', 'embedding']),
      provider,
      upstreamModel: z.string(),
      deployments: count,
      family: z.enum(['claude', 'openai', 'other']),
      contextWindow: count,
      maxOutputTokens: orNull(count),
      capabilities: z.strictObject({
        tools: z.boolean(),
        vision: z.boolean(),
        structuredOutput: z.boolean(),
        reasoning: z.boolean(),
        efforts: z.array(z.string()),
        promptCaching: z.boolean(),
      }),
      price: orNull(
        z.strictObject({
          input: z.number(),
          output: z.number(),
          cacheRead: orNull(z.number()),
          cacheWrite: orNull(z.number()),
        }),
      ),
    }),
  ),
});

export const exchange = z.strictObject({
  requestId: z.string(),
  upstreamRequestIds: z.array(z.string()),
  receivedAt: moment,
  durationMs: count,
  queuedMs: orNull(count),
  firstContentMs: orNull(count),
  overheadMicros: orNull(count),
  key: z.string(),
  modelAsked: orNull(z.string()),
  modelServed: orNull(z.string()),
  deploymentId: orNull(z.string()),
  protocol: z.string(),
  lane: orNull(z.string()),
  stream: orNull(z.boolean()),
  attempts: orNull(count),
  status: count,
  outcome: z.string(),
  stop: orNull(z.string()),
  tokens: z.strictObject({
    input: orNull(count),
    cacheRead: orNull(count),
    cacheWrite: orNull(count),
    output: orNull(count),
    reasoning: orNull(count),
  }),
  estimated: z.boolean(),
  costUsd: orNull(z.number()),
  simulated: z.boolean(),
  notes: z.array(z.strictObject({ code: z.string(), path: z.string(), because: z.string() })),
  error: orNull(
    z.strictObject({
      kind: z.string(),
      message: orNull(z.string()),
      blame: orNull(z.enum(['client', 'operator', 'upstream', 'gateway'])),
      clientMayRetry: orNull(z.boolean()),
    }),
  ),
});

export const exchangePage = z.strictObject({ exchanges: z.array(exchange), next: orNull(z.string()) });

const sum = z.strictObject({
  name: z.string(),
  exchanges: count,
  failed: count,
  input: count,
  cacheRead: count,
  cacheWrite: count,
  output: count,
  costUsd: z.number(),
  unpriced: count,
  estimated: count,
  simulated: count,
});

export const usage = z.strictObject({
  since: moment,
  until: moment,
  by: z.enum(['model', 'day', 'hour', 'key']),
  groups: z.array(sum),
  total: sum,
});

export const errorEnvelope = z.strictObject({
  error: z.strictObject({
    message: z.string(),
    type: z.string(),
    param: orNull(z.string()),
    code: orNull(z.string()),
    request_id: z.string(),
  }),
});
