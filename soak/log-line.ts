import type { JsonObject } from '../packages/gateway/src/ir/json.ts';

/** The wide log line of an exchange, as far as the soak reads it. */
export interface LogLine {
  requestId: string;
  path: string;
  outcome: string;
  attempts: number;
  /** Absent where the body was not read. */
  bytesIn?: number;
  /** Snowflake's id of the last answer. */
  upstreamRequestId?: string;
  /** Milliseconds; absent for an exchange that did not wait. */
  queuedMs?: number;
  /** Absent where the upstream told none. */
  tokens?: { input: number; cacheRead: number; cacheWrite: number; output: number };
  /** The tokens are not the upstream's last word. */
  estimated: boolean;
  /** All of it, for whoever reads a violation. */
  whole: JsonObject;
}

export function readLogLine(line: JsonObject): LogLine {
  const { upstreamRequestId, inputTokens, cacheReadTokens, cacheWriteTokens, outputTokens } = line;
  const bytesIn = numberOf(line.bytesIn);
  const queuedMs = numberOf(line.queuedMs);
  const input = numberOf(inputTokens);
  return {
    requestId: textOf(line.requestId),
    path: textOf(line.path),
    outcome: textOf(line.outcome),
    attempts: numberOf(line.attempts) ?? 0,
    ...(bytesIn === undefined ? {} : { bytesIn }),
    ...(typeof upstreamRequestId === 'string' ? { upstreamRequestId } : {}),
    ...(queuedMs === undefined ? {} : { queuedMs }),
    ...(input === undefined
      ? {}
      : {
          tokens: {
            input,
            cacheRead: numberOf(cacheReadTokens) ?? 0,
            cacheWrite: numberOf(cacheWriteTokens) ?? 0,
            output: numberOf(outputTokens) ?? 0,
          },
        }),
    estimated: line.usageEstimated === true,
    whole: line,
  };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}
