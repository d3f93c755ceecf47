import type { GatewayError } from '../errors/error.ts';
import { type JsonObject, isObject } from '../ir/json.ts';
import { repairHistory } from '../ir/history.ts';
import { compose } from '../ir/transducer.ts';
import { sseReader } from '../kit/sse.ts';
import { writeMessages } from '../protocols/openai-chat/index.ts';
import { readFinishReason } from '../protocols/openai-chat/stop.ts';
import { readChatUsage } from '../protocols/openai-chat/usage.ts';
import type { Deployment } from '../upstream/deployment.ts';
import { historyRulesOf } from '../upstream/history-rules.ts';
import { mendMessage, mendRequest, mendStream } from '../upstream/mends/index.ts';
import type { MendTarget } from '../upstream/mends/mend.ts';
import { nameForClient } from './client-paths.ts';
import { type ClientRequest, notAnObject } from './client-request.ts';
import type { Lane, Observation } from './lanes.ts';
import { type HeardText, runningText } from './running-text.ts';

/**
 * The client's own dialect, but with quirks: the JSON is edited and never rebuilt, so that fields nobody
 * here knows survive. Only a history that the upstream would refuse is written anew.
 */
export function mendedLane(read: ClientRequest, deployment: Deployment, disabledMends: readonly string[]): Lane {
  const target: MendTarget = {
    provider: deployment.provider,
    model: deployment.model,
    capabilities: deployment.capabilities,
    disabledMends,
  };
  const repaired = repairHistory(read.request, historyRulesOf(deployment));
  const messages =
    repaired.request === read.request
      ? {}
      : { messages: writeMessages(repaired.request.turns, repaired.request.system) };
  const mended = mendRequest({ ...read.body, ...messages, model: deployment.model }, target);
  // What reads the answer must not hold the request.
  const { reading } = mended;
  const seen: Observation = { content: false };

  return {
    name: 'mended',
    body: JSON.stringify(mended.body),
    headers: {},
    // Only of a history that was written anew are the positions not the client's.
    notes: repaired.request === read.request ? mended.notes : nameForClient([...repaired.notes, ...mended.notes], read),
    streams: read.request.stream,
    seen,
    stream(options) {
      const heard: HeardText = { words: '' };
      const watch = {
        chunk: (chunk: JsonObject) => observe(chunk, seen),
        failure: (error: GatewayError) => (seen.error = error),
        text: (words: string) => (heard.words = words),
      };
      return runningText(compose(sseReader(), mendStream(target, { ...options, reading, watch })), heard);
    },
    message({ json }, options) {
      if (json === undefined) throw notAnObject(deployment.origin);
      observe(json, seen);
      return mendMessage(json, target, { ...options, reading });
    },
  };
}

function observe(answer: JsonObject, seen: Observation): void {
  if (isObject(answer.usage)) seen.usage = readChatUsage(answer.usage);
  for (const choice of Array.isArray(answer.choices) ? answer.choices : []) {
    if (!isObject(choice)) continue;
    const said = isObject(choice.delta) ? choice.delta : choice.message;
    const stop = readFinishReason(choice.finish_reason);
    if (stop !== undefined) seen.stop = stop;
    if (!seen.content && isObject(said) && SPOKEN.some((field) => isSomething(said[field]))) seen.content = true;
  }
}

/** Where a client finds something to show or to run. */
const SPOKEN = ['content', 'tool_calls', 'function_call', 'reasoning_details', 'reasoning_content', 'refusal'];

/** Cortex serialises zero values: "" and {"name":""} say nothing. */
function isSomething(value: JsonObject[string]): boolean {
  if (isObject(value)) return Object.values(value).some(isSomething);
  return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== null && value !== '';
}
