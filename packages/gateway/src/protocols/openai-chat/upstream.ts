/** OpenAI Chat Completions, the upstream's half: Cortex's own endpoint and every provider that speaks the dialect. */
import type { UpstreamCodec } from '../codec.ts';
import { readMessage } from './message-reader.ts';
import { streamReader } from './stream-reader.ts';
import { writeRequest } from './write-request.ts';

/** What Cortex refuses of a body is mended afterwards, and its answers before they are read here: `upstream/mends`. */
export const openaiChatUpstream: UpstreamCodec = { writeRequest, reader: streamReader, readMessage };
