import type { StreamEvent } from '../ir/event.ts';
import type { JsonObject } from '../ir/json.ts';
import type { Note } from '../ir/note.ts';
import type { GenerateRequest } from '../ir/request.ts';
import { type Transducer, compose } from '../ir/transducer.ts';
import { sseReader } from '../kit/sse.ts';
import { anthropicMessages } from '../protocols/anthropic-messages/index.ts';
import { cortexComplete } from '../protocols/cortex-complete/index.ts';
import type { UpstreamCodec, WriterOptions } from '../protocols/codec.ts';
import { openaiChatUpstream } from '../protocols/openai-chat/upstream.ts';
import type { Deployment } from '../upstream/deployment.ts';
import { mendAndRead, mendMessage, mendRequest } from '../upstream/mends/index.ts';
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
      const mending = { ...options, includeUsage: true, reading: mended.reading };
      return compose(sseReader(), mendAndRead(target, mending, written.reading));
    },
    readMessage: (answer, options) =>
      openaiChatUpstream.readMessage(
        mendMessage(answer, target, { ...options, reading: mended.reading }),
        written.reading,
      ),
  };
}
