import type { UpstreamCodec } from '../codec.ts';
import { readMessage } from './message.ts';
import { writeRequest } from './request.ts';
import { completeReader } from './stream.ts';

/** Cortex's legacy endpoint, for every model: `POST /api/v2/cortex/inference:complete`. */
export const cortexComplete: UpstreamCodec = { writeRequest, reader: completeReader, readMessage };
