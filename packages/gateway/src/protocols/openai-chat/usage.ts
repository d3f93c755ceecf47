/** Token counts. OpenAI's `prompt_tokens` counts cached ones too, the IR's classes are disjoint. */
import { isObject, type Json, type JsonObject } from '../../ir/json.ts';
import type { Usage } from '../../ir/usage.ts';
import type { ChatUsage } from './wire.ts';

/** Undefined unless both prompt and completion are known: a count nobody reported is not sent as 0. */
export function writeChatUsage(usage: Usage | undefined): ChatUsage | undefined {
  if (usage?.output === undefined) return undefined;
  const { input, cacheRead, cacheWrite5m, cacheWrite1h, output, reasoning } = usage;
  const prompt = sum([input, cacheRead, cacheWrite5m, cacheWrite1h]);
  if (prompt === undefined) return undefined;
  const written = sum([cacheWrite5m, cacheWrite1h]);
  return {
    prompt_tokens: prompt,
    completion_tokens: output,
    total_tokens: prompt + output,
    ...(cacheRead === undefined && written === undefined
      ? {}
      : {
          prompt_tokens_details: {
            ...(cacheRead === undefined ? {} : { cached_tokens: cacheRead }),
            ...(written === undefined ? {} : { cache_creation_tokens: written }),
          },
        }),
    ...(reasoning === undefined ? {} : { completion_tokens_details: { reasoning_tokens: reasoning } }),
  };
}

/** Reads a `usage` object of a chat answer. A class it does not name stays absent. */
export function readChatUsage(raw: JsonObject): Usage {
  const prompt = count(raw.prompt_tokens);
  const output = count(raw.completion_tokens);
  const promptDetails = isObject(raw.prompt_tokens_details) ? raw.prompt_tokens_details : {};
  const completionDetails = isObject(raw.completion_tokens_details) ? raw.completion_tokens_details : {};
  const cacheRead = count(promptDetails.cached_tokens);
  const written = count(promptDetails.cache_creation_tokens);
  const reasoning = count(completionDetails.reasoning_tokens);
  return {
    ...(prompt === undefined ? {} : { input: Math.max(0, prompt - (cacheRead ?? 0) - (written ?? 0)) }),
    ...(cacheRead === undefined ? {} : { cacheRead }),
    ...(written === undefined ? {} : { cacheWrite5m: written }),
    ...(output === undefined ? {} : { output }),
    ...(reasoning === undefined ? {} : { reasoning }),
    raw: [raw],
  };
}

function count(value: Json | undefined): number | undefined {
  return typeof value === 'number' && value >= 0 ? value : undefined;
}

function sum(counts: (number | undefined)[]): number | undefined {
  const known = counts.filter((each) => each !== undefined);
  return known.length === 0 ? undefined : known.reduce((total, each) => total + each, 0);
}
