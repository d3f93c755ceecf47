import type { GatewayError } from '../errors/error.ts';
import type { StreamEvent } from '../ir/event.ts';
import type { JsonObject } from '../ir/json.ts';
import type { Note } from '../ir/note.ts';
import type { GenerateRequest } from '../ir/request.ts';
import { type Transducer, compose, each } from '../ir/transducer.ts';
import { sseReader } from '../kit/sse.ts';
import { anthropicMessages } from '../protocols/anthropic-messages/index.ts';
import { cortexComplete } from '../protocols/cortex-complete/index.ts';
import type { UpstreamCodec, WriterOptions } from '../protocols/codec.ts';
import { openaiChatUpstream } from '../protocols/openai-chat/upstream.ts';
import type { Deployment } from '../upstream/deployment.ts';
import { mendMessage, mendRequest, mendStream } from '../upstream/mends/index.ts';
import type { MendTarget } from '../upstream/mends/mend.ts';

/** A request in the dialect of its upstream, and the way its answer comes back into the IR. */
export interface AskedUpstream {
  body: JsonObject;
  headers: Record<string, string>;
  notes: Note[];
  reader(options: WriterOptions): Transducer<Uint8Array, StreamEvent>;
  readMessage(body: JsonObject, options: WriterOptions): StreamEvent[];
}

/** Dialects whose codecs know Cortex's quirks themselves. */
const UNMENDED: Partial<Record<Deployment['dialect'], UpstreamCodec>> = {
  'anthropic-messages': anthropicMessages,
  'cortex-complete': cortexComplete,
};

/** Cortex's Chat Completions is mended on both ways, so that its codec never meets a quirk. */
export function askUpstream(
  request: GenerateRequest,
  deployment: Deployment,
  disabledMends: readonly string[],
): AskedUpstream {
  const { model, capabilities, provider } = deployment;
  const codec = UNMENDED[deployment.dialect];
  if (codec !== undefined) {
    const { body, headers, notes, reading } = codec.writeRequest(request, { model, capabilities });
    return {
      body,
      headers,
      notes,
      reader: () => compose(sseReader(), codec.reader(reading)),
      readMessage: (answer) => codec.readMessage(answer, reading),
    };
  }
  const target: MendTarget = { provider, model, capabilities, disabledMends };
  const written = openaiChatUpstream.writeRequest(request, { model, capabilities });
  const mended = mendRequest(written.body, target);
  return {
    body: mended.body,
    headers: written.headers,
    notes: [...written.notes, ...mended.notes],
    reader(options) {
      let failure: GatewayError | undefined;
      const watch = { chunk: () => undefined, failure: (error: GatewayError) => (failure = error) };
      const mend = mendStream(target, { ...options, includeUsage: true, reading: mended.reading, watch });
      // The mended stream tells an error in OpenAI's words; what it means was already known.
      const explain = (event: StreamEvent): StreamEvent =>
        event.type === 'error' && failure !== undefined ? { ...event, error: failure } : event;
      return compose(compose(compose(sseReader(), mend), openaiChatUpstream.reader(written.reading)), each(explain));
    },
    readMessage: (answer, options) =>
      openaiChatUpstream.readMessage(
        mendMessage(answer, target, { ...options, reading: mended.reading }),
        written.reading,
      ),
  };
}
