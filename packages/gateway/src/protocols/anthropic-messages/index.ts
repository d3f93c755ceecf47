import type { UpstreamCodec } from '../codec.ts';
import { readMessage } from './message.ts';
import { writeRequest } from './request.ts';
import { messagesReader } from './stream.ts';

/** Cortex's Messages API, for Claude: `POST /api/v2/cortex/v1/messages`. */
export const anthropicMessages: UpstreamCodec = { writeRequest, reader: messagesReader, readMessage };
