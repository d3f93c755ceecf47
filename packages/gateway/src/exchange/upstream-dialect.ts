import type { StreamEvent } from '../ir/event.ts';
import type { JsonObject } from '../ir/json.ts';
import type { Note } from '../ir/note.ts';
import type { GenerateRequest } from '../ir/request.ts';
import { type Transducer, compose } from '../ir/transducer.ts';
import { sseReader } from '../kit/sse.ts';
import { anthropicMessages } from '../protocols/anthropic-messages/index.ts';
import { cortexComplete } from '../protocols/cortex-complete/index.ts';
import type { ReaderOptions, UpstreamCodec, WriterOptions } from '../protocols/codec.ts';
import { openaiChatUpstream } from '../protocols/openai-chat/upstream.ts';
import type { Deployment } from '../upstream/deployment.ts';
import { mendAndRead, mendMessage, mendRequest } from '../upstream/mends/index.ts';
import type { MendTarget } from '../upstream/mends/mend.ts';
import type { HeardText } from './running-text.ts';

/** A request in the dialect of its upstream, and the way its answer comes back into the IR. */
export interface AskedUpstream {
  body: JsonObject;
  headers: Record<string, string>;
  notes: Note[];
  /** @param heard where it says of an event that it is text alone, unless it heeds what texts say */
  reader: (options: WriterOptions, heard: HeardText) => Transducer<Uint8Array, StreamEvent>;
  readMessage: (body: JsonObject, options: WriterOptions) => StreamEvent[];
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
      reader(_options, heard) {
        const reader = codec.reader(reading);
        return compose(sseReader(), heedsWords(deployment, reading) ? reader : hearWords(reader, heard));
      },
      readMessage: (answer) => codec.readMessage(answer, reading),
    };
  }
  const target: MendTarget = { provider, model, capabilities, disabledMends };
  const written = openaiChatUpstream.writeRequest(request, { model, capabilities });
  const mended = mendRequest(written.body, target);
  // What reads the answer must not hold the request.
  const { reading } = written;
  const { reading: mending } = mended;
  return {
    body: mended.body,
    headers: written.headers,
    notes: [...written.notes, ...mended.notes],
    reader(options, heard) {
      const watch = { text: (words: string) => (heard.words = words) };
      return compose(
        sseReader(),
        mendAndRead(target, { ...options, includeUsage: true, reading: mending, watch }, reading),
      );
    },
    readMessage: (answer, options) =>
      openaiChatUpstream.readMessage(mendMessage(answer, target, { ...options, reading: mending }), reading),
  };
}

/** Snowflake's own dialect has no frame around its words that stays the same. */
function heedsWords({ dialect }: Deployment, { jsonObject, stopSequences = [] }: ReaderOptions): boolean {
  return dialect !== 'anthropic-messages' || jsonObject === true || stopSequences.length > 0;
}

/** Says what is read when that is one piece of a text or of a call's arguments. */
function hearWords<I>(reader: Transducer<I, StreamEvent>, heard: HeardText): Transducer<I, StreamEvent> {
  return {
    push(input) {
      const events = reader.push(input);
      const [only] = events;
      if (events.length === 1 && only?.type === 'delta' && only.ext === undefined) {
        const { delta } = only;
        if ('text' in delta) heard.words = delta.text;
        else if ('args' in delta) heard.words = delta.args;
      }
      return events;
    },
    end: () => reader.end(),
  };
}
